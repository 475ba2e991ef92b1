using System.Text.Json.Serialization;

namespace PollMode.Drivers.Traffic;

/// <summary>What one trial says about the device under test.</summary>
public enum TrialVerdict
{
    /// <summary>The rate was achieved, and no more was lost than allowed.</summary>
    [JsonStringEnumMemberName("passed")]
    Passed,

    /// <summary>Too much was lost, and neither the sender nor the receiver has an excuse for it.</summary>
    [JsonStringEnumMemberName("lost")]
    Lost,

    /// <summary>Nothing: the sender did not achieve the rate, or what was lost may be due to lumps that it sent after it was held up, or to the receiver.</summary>
    [JsonStringEnumMemberName("invalid")]
    Invalid,
}
