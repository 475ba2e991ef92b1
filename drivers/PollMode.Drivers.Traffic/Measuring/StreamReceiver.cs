using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Traffic;

/// <summary>What has come of one stream. Written by the sink's worker, read by anyone.</summary>
/// <remarks>
/// Packets that were sent in one burst and come in one burst took the same time: they are recorded together, when one comes that took
/// another, or when the burst is over (<see cref="EndBurst"/>). Only then are they counted for others to see, so that whoever sees a
/// packet counted finds its latency, too.
/// </remarks>
internal sealed class StreamReceiver
{
    /// <summary>What jitter is multiplied by when so many packets in a row took as long as the one before them.</summary>
    private static readonly double[] Calm = [.. Enumerable.Range(0, FrameBatch.MostPackets + 1).Select(packets => Math.Pow(15.0 / 16, packets))];

    /// <summary>No packet takes so long: both clocks have 48 bits.</summary>
    private const long NoTransit = long.MinValue;

    private readonly SequenceWindow _window = new();
    private long _lastTransit = NoTransit;
    private int _sameTransit;
    private long _packets;
    private long _bytes;
    private long _highest = -1;
    private double _jitter;

    internal long Packets;
    internal long Bytes;
    internal long Reordered;
    internal long Duplicated;
    internal long Corrupted;
    internal long TooLate;
    internal long NegativeLatency;

    internal LogLinearHistogram Latency { get; } = new();

    /// <summary>Highest sequence number seen; -1 for none. Written after the packets up to it are counted: read it before them, and none seems missing.</summary>
    internal long Highest => Volatile.Read(ref _highest);

    /// <summary>Interarrival jitter in nanoseconds (RFC 3550, section 6.4.1).</summary>
    internal double Jitter => Volatile.Read(ref _jitter);

    /// <summary>Notes a packet.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="sent">The sender's clock: 48 bits.</param>
    /// <param name="now">The receiver's.</param>
    /// <param name="bytes">The frame's, with FCS.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Accept(uint sequence, ulong sent, long now, int bytes)
    {
        if (!_window.TryNext(sequence) && !IsNew(sequence))
        {
            return;
        }

        _packets++;
        _bytes += bytes;

        // 48 bits of both clocks: their difference, with its sign.
        long transit = (long)(((ulong)now - sent) << 16) >> 16;
        if (transit == _lastTransit && _sameTransit < FrameBatch.MostPackets)
        {
            _sameTransit++;
        }
        else
        {
            AcceptOther(transit);
        }
    }

    /// <summary>Records what is left of a burst, and counts it.</summary>
    internal void EndBurst()
    {
        RecordSame();
        Bytes = _bytes;
        Volatile.Write(ref Packets, _packets);
        Volatile.Write(ref _highest, _window.Highest);
    }

    private void RecordSame()
    {
        if (_sameTransit > 0)
        {
            Latency.Record(_lastTransit, _sameTransit);
            _jitter *= Calm[_sameTransit];
            _sameTransit = 0;
        }
    }

    /// <summary>A packet that took another time than the one before it.</summary>
    private void AcceptOther(long transit)
    {
        RecordSame();
        if (transit < 0)
        {
            NegativeLatency++;
            return;
        }

        Latency.Record(transit);
        if (_lastTransit != NoTransit)
        {
            _jitter += (Math.Abs(transit - _lastTransit) - _jitter) / 16;
        }

        _lastTransit = transit;
    }

    /// <summary>Whether a packet out of order is to be counted among those received.</summary>
    private bool IsNew(uint sequence)
    {
        switch (_window.Note(sequence))
        {
            case SequenceVerdict.Duplicate:
                Duplicated++;
                return false;
            case SequenceVerdict.TooLate:
                TooLate++;
                return false;
            case SequenceVerdict.Reordered:
                Reordered++;
                return true;
            default:
                return true;
        }
    }
}
