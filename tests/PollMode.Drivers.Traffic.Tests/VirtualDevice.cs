namespace PollMode.Drivers.Traffic.Tests;

/// <summary>A traffic port joined to a loop port on a clock that moves by itself: trials without an engine, the same every time.</summary>
internal sealed class VirtualDevice : ITrialRunner, IDisposable
{
    private const int StallAfter = 100;

    private readonly Arena _arena = new(new ArenaOptions { LimitBytes = 16L << 20, LargestPages = PageKind.Small4KiB });
    private readonly Mempool _pool;
    private readonly TrafficPort _port;
    private readonly IPort _loop;
    private readonly IRxQueue _source;
    private readonly ITxQueue _sink;
    private readonly ITxQueue _in;
    private readonly IRxQueue _out;
    private readonly Packet[] _burst = new Packet[64];
    private readonly SteppingClock _clock = new(200);

    public VirtualDevice(string loop)
    {
        _pool = new Mempool(_arena, new MempoolOptions { Buffers = 6000 });
        _pool.BindOwner();
        _port = (TrafficPort)new TrafficDriver(_clock).Open(PortSpec.Parse("traffic:start=later"), new PortContext { PortIndex = 0, Arena = _arena });
        _loop = new LoopDriver(_clock).Open(PortSpec.Parse(loop), new PortContext { PortIndex = 1, Arena = _arena });
        _source = _port.OpenRxQueue(0, _pool);
        _sink = _port.OpenTxQueue(0, _pool);
        _in = _loop.OpenTxQueue(0, _pool);
        _out = _loop.OpenRxQueue(0, _pool);
    }

    public int Trials { get; private set; }

    /// <summary>How long the machine looks away in the middle of a trial, by the number of the trial; the device does not.</summary>
    public Func<int, long> StallOf { get; init; } = _ => 0;

    public TrafficResult Run(TrialRequest request)
    {
        long stall = StallOf(Trials++);
        long packets = 0;
        _port.Start(new TrafficPlan
        {
            DurationNanoseconds = request.Nanoseconds,
            Streams = [new StreamPlan { Sizes = request.Sizes, Rates = RateProfile.Constant(request.Rate), Packets = request.Packets }],
        });
        do
        {
            int sent = _source.Receive(_burst);
            packets += sent;
            if (packets > StallAfter && stall > 0)
            {
                _clock.Skip(stall);
                stall = 0;
            }

            _in.Send(_burst.AsSpan(0, sent));
            int back = _out.Receive(_burst);
            _sink.Send(_burst.AsSpan(0, back));
        }
        while (!_port.IsSent || _in.Service());

        return _port.Result!;
    }

    public void Dispose()
    {
        _port.Dispose();
        _loop.Dispose();
        _pool.Dispose();
        _arena.Dispose();
    }
}
