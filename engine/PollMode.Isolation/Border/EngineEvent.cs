namespace PollMode.Isolation;

/// <summary>Something that an engine's observer is told, as data: what each kind needs, and nothing for the rest.</summary>
internal sealed record EngineEvent(EngineEventKind Kind)
{
    /// <summary>A port or a worker.</summary>
    public int Index { get; init; }

    /// <summary>Name of a port, or what it says.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>The lines of a report.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>A number of things.</summary>
    public long Count { get; init; }

    /// <summary>The CPU of a worker that has one.</summary>
    public int? Cpu { get; init; }

    /// <summary>A link's new state.</summary>
    public LinkState Link { get; init; }

    /// <summary>A time that was waited.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>An open port.</summary>
    public OpenedPort? Port { get; init; }

    /// <summary>The counters at a stop.</summary>
    public EngineStatistics? Statistics { get; init; }

    /// <summary>An exception.</summary>
    public FaultText? Fault { get; init; }

    /// <summary>Tells an observer.</summary>
    /// <param name="observer">Who is told.</param>
    /// <param name="engine">The engine on the app's side.</param>
    internal void Tell(EngineObserver observer, IEngine engine)
    {
        switch (Kind)
        {
            case EngineEventKind.ArenaReady:
                observer.ArenaReady(engine, Lines);
                break;
            case EngineEventKind.PortOpened:
                observer.PortOpened(engine, Index, Port!);
                break;
            case EngineEventKind.WorkerStarted:
                observer.WorkerStarted(engine, Index, Cpu, Lines);
                break;
            case EngineEventKind.StageFaulted:
                observer.StageFaulted(engine, Index, Count, Fault!.ToException());
                break;
            case EngineEventKind.WorkerFaulted:
                observer.WorkerFaulted(engine, Index, Fault!.ToException());
                break;
            case EngineEventKind.WorkerHangs:
                observer.WorkerHangs(engine, Index, Waited);
                break;
            case EngineEventKind.LinkChanged:
                observer.LinkChanged(engine, Index, Text, Link);
                break;
            case EngineEventKind.Stopped:
                observer.Stopped(engine, Statistics!);
                break;
            case EngineEventKind.BuffersLeaked:
                observer.BuffersLeaked(engine, (int)Count, Lines);
                break;
            case EngineEventKind.PortFaulted:
                observer.PortFaulted(engine, Text, Lines[0]);
                break;
            case EngineEventKind.GrowthFailed:
                observer.GrowthFailed(engine, Fault!.ToException());
                break;
            case EngineEventKind.CloseFailed:
                observer.CloseFailed(engine, Fault!.ToException());
                break;
            default:
                break;
        }
    }
}
