namespace PollMode.Drivers.Software.Tests.Pcap;

/// <summary>A port that takes as few packets as a test says.</summary>
internal sealed class ReluctantPort(Mempool pool) : IPort, ITxQueue
{
    internal int Takes { get; set; }

    public string Name => "reluctant";

    public PortCapabilities Capabilities { get; } = new() { RxQueues = 0 };

    public LinkState Link => LinkState.Up;

    public IReadOnlyList<string> Report => [];

    public QueueCounters Counters { get; } = new();

    public IRxQueue OpenRxQueue(int queue, Mempool pool) => throw new PollModeException("It has none.");

    public ITxQueue OpenTxQueue(int queue, Mempool pool) => this;

    public int Send(ReadOnlySpan<Packet> packets)
    {
        int taken = Math.Min(Takes, packets.Length);
        foreach (Packet packet in packets[..taken])
        {
            // What was sent is not the sender's any more: whoever looks at it now reads something else.
            packet.Span.Fill(0xEE);
        }

        pool.Return(packets[..taken]);
        return taken;
    }

    public void Dispose()
    {
    }
}
