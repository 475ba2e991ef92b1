using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Traffic;

/// <summary>The transmit side of a traffic port: looks at every packet it is sent, and frees it.</summary>
internal sealed class TrafficSink : ITxQueue
{
    private readonly TrafficClock _clock;
    private readonly Mempool _pool;
    private readonly byte[] _gathered = new byte[FrameSizes.Longest];
    private TrafficRun? _run;

    internal TrafficSink(TrafficClock clock, Mempool pool)
    {
        _clock = clock;
        _pool = pool;
    }

    public QueueCounters Counters { get; } = new();

    public int Send(ReadOnlySpan<Packet> packets)
    {
        long now = _clock.Nanoseconds;
        TrafficRun? run = Volatile.Read(ref _run);
        long bytes = 0;
        foreach (Packet packet in packets)
        {
            ReadOnlySpan<byte> frame = packet.SegmentCount == 1 ? packet.Span : Gather(packet);
            bytes += frame.Length;
            if (run != null)
            {
                Inspect(run, frame, now);
            }
        }

        _pool.Return(packets);
        Counters.Packets += packets.Length;
        Counters.Bytes += bytes;
        return packets.Length;
    }

    internal void Start(TrafficRun run) => Volatile.Write(ref _run, run);

    private static void Inspect(TrafficRun run, ReadOnlySpan<byte> frame, long now)
    {
        switch (run.Reader.Read(frame, out ReadOnlySpan<byte> payload, out int stream))
        {
            case TestPacketVerdict.Good:
                run.Receivers[stream].Accept(TestSignature.Sequence(payload), TestSignature.Time(payload), now, frame.Length + EthernetWire.FcsBytes);
                break;
            case TestPacketVerdict.Corrupted when stream >= 0:
                run.Receivers[stream].Corrupted++;
                break;
            case TestPacketVerdict.Corrupted:
                run.CorruptedUnknown++;
                break;
            case TestPacketVerdict.OtherRun:
                run.OtherRuns++;
                break;
            default:
                run.Foreign++;
                break;
        }
    }

    /// <summary>The bytes of a frame in several buffers; of one longer than any test packet, its beginning.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ReadOnlySpan<byte> Gather(Packet packet)
    {
        int length = packet.CopyTo(_gathered);
        return length < 0 ? packet.Span : _gathered.AsSpan(0, length);
    }
}
