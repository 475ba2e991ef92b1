using Microsoft.Extensions.Logging;

namespace PollMode.Hosting;

/// <summary>Logs what happens to an engine, and tells its host of a worker that died.</summary>
internal sealed class HostedEngineObserver(ILogger logger, Action<Exception> workerFaulted) : EngineObserver
{
    public override void ArenaReady(Engine engine, IReadOnlyList<string> report)
    {
        foreach (string line in report)
        {
            EngineLog.Memory(logger, engine.Name, line);
        }
    }

    public override void PortOpened(Engine engine, int index, IPort port)
    {
        if (!logger.IsEnabled(LogLevel.Information))
        {
            return;
        }

        PortCapabilities can = port.Capabilities;
        EngineLog.Port(
            logger,
            engine.Name,
            index,
            port.Name,
            can.RxQueues,
            Count(can.TxQueues, "as many as workers"),
            Count(can.MaxFrameBytes, "any number of"),
            can.ZeroCopy,
            port.Link);
        foreach (string line in port.Report)
        {
            EngineLog.PortReport(logger, engine.Name, index, line);
        }
    }

    public override void WorkerStarted(Engine engine, int index, int? cpu, IReadOnlyList<string> queues)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            EngineLog.Worker(logger, engine.Name, index, cpu is { } core ? $"core {core}" : "any core", string.Join(", ", queues));
        }
    }

    public override void StageFaulted(Engine engine, int worker, long faults, Exception last) =>
        EngineLog.StageFaulted(logger, last, engine.Name, worker, faults);

    public override void WorkerFaulted(Engine engine, int worker, Exception fault)
    {
        EngineLog.WorkerFaulted(logger, fault, engine.Name, worker);
        workerFaulted(fault);
    }

    public override void LinkChanged(Engine engine, int port, LinkState link) =>
        EngineLog.LinkChanged(logger, engine.Name, port, engine.Ports[port].Name, link);

    public override void Stopped(Engine engine, EngineStatistics statistics)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            EngineLog.Stopped(logger, engine.Name, statistics.RxPackets, statistics.TxPackets, statistics.Dropped.Values.Sum());
        }
    }

    public override void BuffersLeaked(Engine engine, int count, IReadOnlyList<string> examples)
    {
        if (logger.IsEnabled(LogLevel.Warning))
        {
            EngineLog.Leaked(logger, engine.Name, count, string.Join("; ", examples));
        }
    }

    public override void WorkerHangs(Engine engine, int worker, TimeSpan waited) => EngineLog.WorkerHangs(logger, engine.Name, worker, waited.TotalSeconds);

    public override void PortFaulted(Engine engine, IPort port, string fault) => EngineLog.PortFaulted(logger, engine.Name, fault);

    public override void CloseFailed(Engine engine, Exception fault) => EngineLog.CloseFailed(logger, fault, engine.Name);

    private static string Count(int value, string many) => value == int.MaxValue ? many : $"{value}";
}
