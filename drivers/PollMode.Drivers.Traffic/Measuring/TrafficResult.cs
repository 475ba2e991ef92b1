using System.Text.Json.Serialization;

namespace PollMode.Drivers.Traffic;

/// <summary>A run at one moment, or at its end. Rates are of what was handed out over the time that the schedule and the line take for it.</summary>
public sealed record TrafficResult
{
    /// <summary>The part of the rate asked for that must be achieved for <see cref="KeptUp"/>.</summary>
    private const double Enough = 0.999;

    /// <summary>Whether all packets have been handed out.</summary>
    public bool IsSent { get; init; }

    /// <summary>Nanoseconds that rates are reckoned over.</summary>
    public long ElapsedNanoseconds { get; init; }

    /// <summary>Packets per second asked for, on average over that time; zero when as many as possible were.</summary>
    public double AskedPacketsPerSecond { get; init; }

    /// <summary>The streams.</summary>
    public required IReadOnlyList<StreamResult> Streams { get; init; }

    /// <summary>The gaps; null where nothing was paced.</summary>
    public GapResult? Gaps { get; init; }

    /// <summary>Packets that came and are no test packets.</summary>
    public long Foreign { get; init; }

    /// <summary>Whole test packets of other runs or other senders.</summary>
    public long OtherRuns { get; init; }

    /// <summary>Damaged test packets whose stream nobody can tell.</summary>
    public long CorruptedUnknown { get; init; }

    /// <summary>Times that no buffer was free for a packet that was due.</summary>
    public long NoBuffer { get; init; }

    /// <summary>Times that the schedule was moved because sending was too far behind.</summary>
    public long Slips { get; init; }

    /// <summary>Nanoseconds that it was moved by, in all.</summary>
    public long SlippedNanoseconds { get; init; }

    /// <summary>
    /// Packets handed out in lumps that the schedule does not have: so late that more than sixteen were due at once. A device may lose them,
    /// and as many that find its queue still full, through no fault of its own.
    /// </summary>
    public long LumpedPackets { get; init; }

    /// <summary>Nanoseconds that the last packet was behind its schedule.</summary>
    public long LagNanoseconds { get; init; }

    /// <summary>Packets that the port says left; null when nobody asked it.</summary>
    public long? PortPackets { get; init; }

    /// <summary>Packets that the port which receives says it lost itself, for want of a buffer or of being emptied in time; null when nobody asked it.</summary>
    public long? ReceiverDropped { get; init; }

    /// <summary>Packets handed out.</summary>
    public long Sent => Streams.Sum(stream => stream.Sent);

    /// <summary>Their bytes, with FCS.</summary>
    public long SentBytes => Streams.Sum(stream => stream.SentBytes);

    /// <summary>Whole packets received, each once.</summary>
    public long Received => Streams.Sum(stream => stream.Received);

    /// <summary>Packets lost.</summary>
    public long Lost => Math.Max(0, Streams.Sum(stream => stream.Lost) - CorruptedUnknown);

    /// <summary>Packets that came again.</summary>
    public long Duplicated => Streams.Sum(stream => stream.Duplicated);

    /// <summary>Packets that came after one with a higher number.</summary>
    public long Reordered => Streams.Sum(stream => stream.Reordered);

    /// <summary>Packets that came damaged.</summary>
    public long Corrupted => Streams.Sum(stream => stream.Corrupted) + CorruptedUnknown;

    /// <summary>Packets lost as a part of those sent.</summary>
    public double LossRatio => Sent > 0 ? (double)Lost / Sent : 0;

    /// <summary>Packets handed out that the port never took: the difference of the two counts, if both are known.</summary>
    public long? NeverLeft => PortPackets is { } left ? Sent - left : null;

    /// <summary>Packets per second achieved.</summary>
    public double PacketsPerSecond => PerSecond(Sent);

    /// <summary>Bits of frames per second achieved, FCS included.</summary>
    public double FrameBitsPerSecond => PerSecond(SentBytes * 8);

    /// <summary>Bits on the wire per second achieved.</summary>
    public double WireBitsPerSecond => PerSecond((SentBytes + (Sent * EthernetWire.OverheadBytes)) * 8);

    /// <summary>Whether the rate asked for was achieved, to one part in a thousand. True when as much as possible was asked for.</summary>
    public bool KeptUp => AskedPacketsPerSecond == 0 || PacketsPerSecond >= AskedPacketsPerSecond * Enough;

    /// <summary>Latency of all streams together.</summary>
    public required TimeSummary Latency { get; init; }

    /// <summary>The whole histogram; null when the result was read from a file.</summary>
    [JsonIgnore]
    public LogLinearHistogram? Histogram { get; init; }

    private double PerSecond(long count) => ElapsedNanoseconds > 0 ? count * 1e9 / ElapsedNanoseconds : 0;
}
