namespace PollMode.Examples.Forwarder;

/// <summary>What the process returns.</summary>
internal enum ExitCode
{
    /// <summary>All went well; an interrupt (Ctrl-C, SIGTERM) that drained counts as that.</summary>
    Done = 0,

    /// <summary>Wrong input: one sentence on standard error says what to change.</summary>
    WrongInput = 1,

    /// <summary>A worker ended because of a fault while running, or a source broke off.</summary>
    WorkerFault = 2,

    /// <summary>Packets were still inside when the time for draining was over; they were freed and counted.</summary>
    NotDrained = 3,

    /// <summary>Buffers did not come home.</summary>
    Leaked = 4,
}
