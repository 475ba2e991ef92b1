namespace PollMode.Drivers.Software;

/// <summary>Gives copies of a template, flow after flow.</summary>
internal sealed unsafe class GeneratorRxQueue : IRxQueue
{
    private readonly FrameTemplate _template;
    private readonly FramePace? _pace;
    private readonly Mempool _pool;
    private readonly int _port;
    private readonly int _headroom;
    private readonly int _size;
    private readonly bool _isEndless;
    private long _left;
    private int _flow;

    internal GeneratorRxQueue(FrameTemplate template, GeneratorSettings settings, FramePace? pace, Mempool pool, int port, int headroom)
    {
        _template = template;
        _pace = pace;
        _pool = pool;
        _port = port;
        _headroom = headroom;
        _size = settings.Size;
        _isEndless = settings.Count == GeneratorSettings.Endless;
        _left = settings.Count;
        Life = settings.Count == 0 ? RxQueueLife.Ended : RxQueueLife.Live;
    }

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life { get; private set; }

    public int Receive(Span<Packet> packets)
    {
        int wanted = _isEndless ? packets.Length : (int)Math.Min(packets.Length, _left);
        if (_pace != null)
        {
            wanted = _pace.Due(wanted);
        }

        int count = _pool.Rent(packets[..wanted]);
        if (count < wanted)
        {
            Counters.NoBuffer++;
        }

        foreach (Packet packet in packets[..count])
        {
            packet.SetFrame(_headroom, _port, _size);
            _template.Write(packet.DataPointer, _flow);
            _flow = _flow + 1 == _template.Flows ? 0 : _flow + 1;
        }

        _pace?.Give(count);
        Counters.Packets += count;
        Counters.Bytes += (long)count * _size;
        if (!_isEndless)
        {
            _left -= count;
            Life = _left == 0 ? RxQueueLife.Ended : RxQueueLife.Live;
        }

        return count;
    }
}
