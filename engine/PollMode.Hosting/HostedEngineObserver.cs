using Microsoft.Extensions.Logging;

namespace PollMode.Hosting;

/// <summary>Logs what happens to an engine, and tells its host of a worker that died.</summary>
internal sealed class HostedEngineObserver(ILogger logger, Action<Exception> workerFaulted) : EngineObserver
{
    public override void ArenaReady(IEngine engine, IReadOnlyList<string> report)
    {
        foreach (string line in report)
        {
            EngineLog.Memory(logger, engine.Name, line);
        }
    }

    public override void PortOpened(IEngine engine, int index, OpenedPort port)
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

    public override void WorkerStarted(IEngine engine, int index, int? cpu, IReadOnlyList<string> queues)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            EngineLog.Worker(logger, engine.Name, index, cpu is { } core ? $"core {core}" : "any core", string.Join(", ", queues));
        }
    }

    public override void StageFaulted(IEngine engine, int worker, long faults, Exception last) =>
        EngineLog.StageFaulted(logger, last, engine.Name, worker, faults);

    public override void WorkerFaulted(IEngine engine, int worker, Exception fault)
    {
        EngineLog.WorkerFaulted(logger, fault, engine.Name, worker);
        workerFaulted(fault);
    }

    public override void Lost(IEngine engine, Exception fault)
    {
        EngineLog.Lost(logger, fault, engine.Name);
        workerFaulted(fault);
    }

    public override void LinkChanged(IEngine engine, int port, string name, LinkState link) =>
        EngineLog.LinkChanged(logger, engine.Name, port, name, link);

    public override void Stopped(IEngine engine, EngineStatistics statistics)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            EngineLog.Stopped(logger, engine.Name, statistics.RxPackets, statistics.TxPackets, statistics.Dropped.Values.Sum());
        }
    }

    public override void BuffersLeaked(IEngine engine, int count, IReadOnlyList<string> examples)
    {
        if (logger.IsEnabled(LogLevel.Warning))
        {
            EngineLog.Leaked(logger, engine.Name, count, string.Join("; ", examples));
        }
    }

    public override void WorkerHangs(IEngine engine, int worker, TimeSpan waited) => EngineLog.WorkerHangs(logger, engine.Name, worker, waited.TotalSeconds);

    public override void PortFaulted(IEngine engine, string port, string fault) => EngineLog.PortFaulted(logger, engine.Name, fault);

    public override void GrowthFailed(IEngine engine, Exception fault) => EngineLog.GrowthFailed(logger, fault, engine.Name);

    public override void CloseFailed(IEngine engine, Exception fault) => EngineLog.CloseFailed(logger, fault, engine.Name);

    private static string Count(int value, string many) => value == int.MaxValue ? many : $"{value}";
}
