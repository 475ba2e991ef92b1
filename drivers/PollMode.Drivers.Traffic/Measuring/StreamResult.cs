using System.Text.Json.Serialization;

namespace PollMode.Drivers.Traffic;

/// <summary>What became of one stream.</summary>
public sealed record StreamResult
{
    /// <summary>The stream's name.</summary>
    public required string Name { get; init; }

    /// <summary>Packets handed out to be sent.</summary>
    public long Sent { get; init; }

    /// <summary>Their bytes, with FCS.</summary>
    public long SentBytes { get; init; }

    /// <summary>Whole packets that came, each counted once.</summary>
    public long Received { get; init; }

    /// <summary>Their bytes, with FCS.</summary>
    public long ReceivedBytes { get; init; }

    /// <summary>Packets sent that came neither whole nor damaged. Where only the receiver is known: numbers missing below the highest.</summary>
    public long Lost { get; init; }

    /// <summary>Packets that came again.</summary>
    public long Duplicated { get; init; }

    /// <summary>Packets that came after one with a higher number (RFC 4737).</summary>
    public long Reordered { get; init; }

    /// <summary>Packets that came damaged.</summary>
    public long Corrupted { get; init; }

    /// <summary>Packets so late that nobody can tell whether they came before; not among those received.</summary>
    public long TooLate { get; init; }

    /// <summary>Packets that came before they were sent, as far as the two clocks can tell; not in the latency.</summary>
    public long NegativeLatency { get; init; }

    /// <summary>The highest sequence number that came; -1 for none.</summary>
    public long HighestSequence { get; init; } = -1;

    /// <summary>Interarrival jitter in nanoseconds (RFC 3550).</summary>
    public double JitterNanoseconds { get; init; }

    /// <summary>Time from the source's look at the clock to the sink's.</summary>
    public required TimeSummary Latency { get; init; }

    /// <summary>The whole histogram; null when the result was read from a file.</summary>
    [JsonIgnore]
    public LogLinearHistogram? Histogram { get; init; }

    /// <summary>Packets lost as a part of those sent.</summary>
    public double LossRatio => Sent > 0 ? (double)Lost / Sent : 0;
}
