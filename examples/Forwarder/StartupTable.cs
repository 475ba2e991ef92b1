namespace PollMode.Examples.Forwarder;

/// <summary>Says what opening got, and afterwards what went wrong.</summary>
internal sealed class StartupTable(TextWriter writer, TextWriter errors) : EngineObserver
{
    /// <summary>Whether a port told of a fault, or could not be closed as it should.</summary>
    public bool PortsFaulted { get; private set; }

    /// <inheritdoc/>
    public override void ArenaReady(IEngine engine, IReadOnlyList<string> report) => Write("memory", report);

    /// <inheritdoc/>
    public override void PortOpened(IEngine engine, int index, OpenedPort port) => Write($"port {index}", [port.Name, .. port.Report]);

    /// <inheritdoc/>
    public override void WorkerStarted(IEngine engine, int index, int? cpu, IReadOnlyList<string> queues) =>
        Write($"worker {index}", [$"{(cpu is { } core ? $"core {core}" : "not pinned")}, polls {string.Join(", ", queues)}"]);

    /// <inheritdoc/>
    public override void LinkChanged(IEngine engine, int port, string name, LinkState link) => writer.WriteLine($"port {port}: link {link}");

    /// <inheritdoc/>
    public override void StageFaulted(IEngine engine, int worker, long faults, Exception last) =>
        errors.WriteLine($"A stage of worker {worker} threw {faults} times; the last time it said: {last.Message}");

    /// <inheritdoc/>
    public override void BuffersLeaked(IEngine engine, int count, IReadOnlyList<string> examples) =>
        errors.WriteLine($"{count} buffers did not come home: {string.Join("; ", examples)}");

    /// <inheritdoc/>
    public override void WorkerHangs(IEngine engine, int worker, TimeSpan waited) =>
        errors.WriteLine($"Worker {worker} was told to end {waited.TotalSeconds} s ago and is still inside a stage or a queue; waiting for it.");

    /// <inheritdoc/>
    public override void PortFaulted(IEngine engine, string port, string fault)
    {
        PortsFaulted = true;
        errors.WriteLine(fault);
    }

    /// <inheritdoc/>
    public override void CloseFailed(IEngine engine, Exception fault)
    {
        PortsFaulted = true;
        errors.WriteLine(fault.Message);
    }

    private void Write(string what, IReadOnlyList<string> lines)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            writer.WriteLine($"{(i == 0 ? what : string.Empty),-10} {lines[i]}");
        }
    }
}
