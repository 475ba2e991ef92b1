namespace PollMode.Drivers.Traffic;

/// <summary>The receive side of a traffic port: gives the packets that its schedule says are due, no matter how often it is polled.</summary>
internal sealed class TrafficSource : IRxQueue
{
    private readonly TrafficClock _clock;
    private readonly PacketStash _stash;
    private readonly int _headroom;
    private readonly int _port;
    private readonly bool _endsWithRun;
    private TrafficRun? _run;
    private volatile bool _hasEnded;

    internal TrafficSource(TrafficClock clock, Mempool pool, int port, bool endsWithRun)
    {
        _clock = clock;
        _stash = new PacketStash(pool);
        _headroom = pool.Arena.HeadroomBytes;
        _port = port;
        _endsWithRun = endsWithRun;
    }

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life => _hasEnded ? RxQueueLife.Ended : RxQueueLife.Live;

    public int Receive(Span<Packet> packets)
    {
        TrafficRun? run = Volatile.Read(ref _run);
        if (run == null || run.IsSent)
        {
            return 0;
        }

        int count = run.Emit(packets, _stash, _clock.Nanoseconds, _headroom, _port, out long bytes);
        Counters.Bytes += bytes;
        Counters.Packets += count;
        Counters.NoBuffer = run.NoBuffer;
        if (run.IsSent && _endsWithRun)
        {
            _hasEnded = true;
        }

        return count;
    }

    internal void Start(TrafficRun run) => Volatile.Write(ref _run, run);

    internal void Close() => _stash.Clear();
}
