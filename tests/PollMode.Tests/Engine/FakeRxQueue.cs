namespace PollMode.Tests;

internal sealed class FakeRxQueue(int port, int queue, long frames, Mempool pool) : IRxQueue
{
    private long _given;

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life { get; private set; } = frames == 0 ? RxQueueLife.Ended : RxQueueLife.Live;

    /// <summary>Which of its counters it adds one too many to, if any: "packets" or "bytes".</summary>
    internal string? Miscounts { get; init; }

    public int Receive(Span<Packet> packets)
    {
        if (frames >= 0)
        {
            packets = packets[..(int)Math.Min(packets.Length, frames - _given)];
        }

        int count = pool.Rent(packets);
        foreach (Packet packet in packets[..count])
        {
            packet.SetFrame(128, port, 64);
            packet.UserWord = ((ulong)port << 48) | ((ulong)queue << 40) | (ulong)_given++;
        }

        Counters.Packets += count + (Miscounts == "packets" ? 1 : 0);
        Counters.Bytes += (count * 64) + (Miscounts == "bytes" ? 1 : 0);
        Life = frames >= 0 && _given == frames ? RxQueueLife.Ended : RxQueueLife.Live;
        return count;
    }
}
