namespace PollMode.Drivers.Traffic;

/// <summary>What has come of one stream. Written by the sink's worker, read by anyone.</summary>
internal sealed class StreamReceiver
{
    private readonly SequenceWindow _window = new();
    private long _lastTransit;
    private double _jitter;

    internal long Packets;
    internal long Bytes;
    internal long Reordered;
    internal long Duplicated;
    internal long Corrupted;
    internal long TooLate;
    internal long NegativeLatency;

    internal LogLinearHistogram Latency { get; } = new();

    /// <summary>Highest sequence number seen; -1 for none.</summary>
    internal long Highest => _window.Highest;

    /// <summary>Interarrival jitter in nanoseconds (RFC 3550, section 6.4.1).</summary>
    internal double Jitter => Volatile.Read(ref _jitter);

    internal void Accept(uint sequence, ulong sent, long now, int bytes)
    {
        switch (_window.Note(sequence))
        {
            case SequenceVerdict.Duplicate:
                Duplicated++;
                return;
            case SequenceVerdict.TooLate:
                TooLate++;
                return;
            case SequenceVerdict.Reordered:
                Reordered++;
                break;
            default:
                break;
        }

        Packets++;
        Bytes += bytes;

        // 48 bits of both clocks: their difference, with its sign.
        long transit = (long)(((ulong)now - sent) << 16) >> 16;
        if (transit < 0)
        {
            NegativeLatency++;
            return;
        }

        Latency.Record(transit);
        if (Packets > 1)
        {
            _jitter += (Math.Abs(transit - _lastTransit) - _jitter) / 16;
        }

        _lastTransit = transit;
    }
}
