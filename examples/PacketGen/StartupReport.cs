namespace PollMode.Examples.PacketGen;

/// <summary>What an engine says while it starts, for people.</summary>
internal sealed class StartupReport(TextWriter writer) : EngineObserver
{
    public override void ArenaReady(IEngine engine, IReadOnlyList<string> report) => writer.WriteLine($"memory     {string.Join("; ", report)}");

    public override void PortOpened(IEngine engine, int index, OpenedPort port)
    {
        ArgumentNullException.ThrowIfNull(port);
        writer.WriteLine($"port {index}     {port.Name}{string.Concat(port.Report.Select(line => "; " + line))}");
    }

    public override void WorkerStarted(IEngine engine, int index, int? cpu, IReadOnlyList<string> queues) =>
        writer.WriteLine($"worker {index}   {(cpu is { } core ? $"core {core}" : "not pinned")}, polls {string.Join(", ", queues)}");

    public override void CloseFailed(IEngine engine, Exception fault) => Console.Error.WriteLine(fault?.Message);
}
