namespace PollMode.Examples.PacketGen;

/// <summary>How the limit of an expectation is written.</summary>
internal enum MetricUnit
{
    /// <summary>A number.</summary>
    Count,

    /// <summary>A percentage, or a part of one.</summary>
    Part,

    /// <summary>Packets per second: 1Mpps.</summary>
    PacketRate,

    /// <summary>A time: 50us.</summary>
    Time,
}
