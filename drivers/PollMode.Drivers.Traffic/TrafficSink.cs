using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Traffic;

/// <summary>The transmit side of a traffic port: looks at every packet it is sent, and frees it.</summary>
internal sealed unsafe class TrafficSink : ITxQueue
{
    private readonly TrafficClock _clock;
    private readonly Mempool _pool;
    private readonly byte[] _gathered = new byte[FrameSizes.Longest];
    private readonly BurstReader _reader = new();
    private TrafficRun? _run;

    internal TrafficSink(TrafficClock clock, Mempool pool)
    {
        _clock = clock;
        _pool = pool;
    }

    public QueueCounters Counters { get; } = new();

    public int Send(ReadOnlySpan<Packet> packets)
    {
        TrafficRun? run = Volatile.Read(ref _run);
        long bytes = 0;
        if (run == null || !run.HasSignatures)
        {
            bytes = CountOnly(run, packets);
        }
        else
        {
            for (int start = 0; start < packets.Length; start += FrameBatch.MostPackets)
            {
                bytes += Inspect(run, packets[start..Math.Min(start + FrameBatch.MostPackets, packets.Length)]);
            }
        }

        _pool.Return(packets);
        Counters.Packets += packets.Length;
        Counters.Bytes += bytes;
        return packets.Length;
    }

    internal void Start(TrafficRun run) => Volatile.Write(ref _run, run);

    /// <summary>Packets of a run without signatures are all alike to a sink: they might be anybody's.</summary>
    private static long CountOnly(TrafficRun? run, ReadOnlySpan<Packet> packets)
    {
        long bytes = 0;
        foreach (Packet packet in packets)
        {
            bytes += packet.TotalLength;
        }

        if (run != null)
        {
            run.Foreign += packets.Length;
        }

        return bytes;
    }

    private long Inspect(TrafficRun run, ReadOnlySpan<Packet> packets)
    {
        long now = _clock.Nanoseconds;
        long bytes = 0;
        StreamReceiver[] receivers = run.Receivers;
        StreamReceiver last = receivers[0];
        _reader.Read(packets, run);
        for (int i = 0; i < packets.Length; i++)
        {
            if (!_reader.IsWhole(i))
            {
                bytes += InspectUnusual(run, packets[i], now);
                continue;
            }

            StreamReceiver receiver = receivers[_reader.StreamOf(i)];
            if (receiver != last)
            {
                last.EndBurst();
                last = receiver;
            }

            byte* payload = _reader.PayloadOf(i);
            int length = packets[i].Length;
            receiver.Accept(TestSignature.Sequence(payload), TestSignature.Time(payload), now, length + EthernetWire.FcsBytes);
            bytes += length;
        }

        last.EndBurst();
        return bytes;
    }

    /// <summary>A packet that is no whole one of this run, or comes in several buffers, or is the first of its layout.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int InspectUnusual(TrafficRun run, Packet packet, long now)
    {
        ReadOnlySpan<byte> frame = packet.SegmentCount == 1 ? packet.Span : Gather(packet);
        switch (run.Reader.Read(frame, out ReadOnlySpan<byte> payload, out int stream))
        {
            case TestPacketVerdict.Good:
                run.Receivers[stream].Accept(TestSignature.Sequence(payload), TestSignature.Time(payload), now, frame.Length + EthernetWire.FcsBytes);
                run.Receivers[stream].EndBurst();
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

        return frame.Length;
    }

    /// <summary>The bytes of a frame in several buffers; of one longer than any test packet, its beginning.</summary>
    private ReadOnlySpan<byte> Gather(Packet packet)
    {
        int length = packet.CopyTo(_gathered);
        return length < 0 ? packet.Span : _gathered.AsSpan(0, length);
    }
}
