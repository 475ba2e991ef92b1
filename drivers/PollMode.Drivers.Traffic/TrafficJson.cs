using System.Text.Json.Serialization;

namespace PollMode.Drivers.Traffic;

/// <summary>JSON of profiles and results, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = System.Text.Json.JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    WriteIndented = true)]
[JsonSerializable(typeof(TrafficProfile))]
internal sealed partial class TrafficJson : JsonSerializerContext;
