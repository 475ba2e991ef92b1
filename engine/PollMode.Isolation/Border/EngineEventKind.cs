namespace PollMode.Isolation;

/// <summary>Which method of <see cref="EngineObserver"/> an event is a call of.</summary>
internal enum EngineEventKind
{
    /// <summary><see cref="EngineObserver.ArenaReady"/>.</summary>
    ArenaReady,

    /// <summary><see cref="EngineObserver.PortOpened"/>.</summary>
    PortOpened,

    /// <summary><see cref="EngineObserver.WorkerStarted"/>.</summary>
    WorkerStarted,

    /// <summary><see cref="EngineObserver.StageFaulted"/>.</summary>
    StageFaulted,

    /// <summary><see cref="EngineObserver.WorkerFaulted"/>.</summary>
    WorkerFaulted,

    /// <summary><see cref="EngineObserver.WorkerHangs"/>.</summary>
    WorkerHangs,

    /// <summary><see cref="EngineObserver.LinkChanged"/>.</summary>
    LinkChanged,

    /// <summary><see cref="EngineObserver.Stopped"/>.</summary>
    Stopped,

    /// <summary><see cref="EngineObserver.BuffersLeaked"/>.</summary>
    BuffersLeaked,

    /// <summary><see cref="EngineObserver.PortFaulted"/>.</summary>
    PortFaulted,

    /// <summary><see cref="EngineObserver.GrowthFailed"/>.</summary>
    GrowthFailed,

    /// <summary><see cref="EngineObserver.CloseFailed"/>.</summary>
    CloseFailed,

    /// <summary><see cref="IEngine.Completion"/> has completed, with a fault or without.</summary>
    Completed,
}
