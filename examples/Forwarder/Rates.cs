using System.Diagnostics;

namespace PollMode.Examples.Forwarder;

/// <summary>What happened between two looks at an engine's counters.</summary>
internal sealed class Rates
{
    private readonly EngineStatistics _before;
    private readonly long _time = Stopwatch.GetTimestamp();
    private readonly double _seconds;

    private Rates(EngineStatistics now, EngineStatistics before, double seconds)
    {
        Now = now;
        _before = before;
        _seconds = seconds;
    }

    /// <summary>The counters at the second look.</summary>
    public EngineStatistics Now { get; }

    /// <summary>Millions of packets sent per second by all ports.</summary>
    public double Mpps => PerSecond(Now.TxPackets - _before.TxPackets) / 1e6;

    /// <summary>Billions of bits sent per second by all ports, frames without FCS, preamble and gap.</summary>
    public double Gbps => PerSecond(Now.TxBytes - _before.TxBytes) * 8 / 1e9;

    /// <summary>Turns of the workers that brought no packet, of a hundred.</summary>
    public double EmptyPollPercent
    {
        get
        {
            long turns = Now.Workers.Sum(worker => worker.Turns) - _before.Workers.Sum(worker => worker.Turns);
            long empty = Now.Workers.Sum(worker => worker.EmptyTurns) - _before.Workers.Sum(worker => worker.EmptyTurns);
            return turns == 0 ? 0 : 100.0 * empty / turns;
        }
    }

    /// <summary>The first look.</summary>
    public static Rates From(EngineStatistics statistics) => new(statistics, statistics, 0);

    /// <summary>The next look.</summary>
    public Rates To(EngineStatistics statistics) => new(statistics, Now, Stopwatch.GetElapsedTime(_time).TotalSeconds);

    /// <summary>Packets of a port sent or received since the first look, in millions per second.</summary>
    public double MppsOf(int port, Func<PortStatistics, long> count) => PerSecond(count(Now.Ports[port]) - count(_before.Ports[port])) / 1e6;

    private double PerSecond(long count) => _seconds > 0 ? count / _seconds : 0;
}
