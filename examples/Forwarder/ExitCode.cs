namespace PollMode.Examples.Forwarder;

/// <summary>What the process returns.</summary>
internal enum ExitCode
{
    /// <summary>All went well; an interrupt (Ctrl-C, SIGTERM) that drained counts as that.</summary>
    Done = 0,

    /// <summary>Wrong input: one sentence on standard error says what to change.</summary>
    WrongInput = 1,

    /// <summary>Something went wrong while running: a worker ended because of a fault, a capture broke off, a disk was full.</summary>
    RunFault = 2,

    /// <summary>Packets were still inside when the time for draining was over; they were freed and counted.</summary>
    NotDrained = 3,

    /// <summary>Buffers did not come home.</summary>
    Leaked = 4,
}
