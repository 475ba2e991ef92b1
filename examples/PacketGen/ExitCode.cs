namespace PollMode.Examples.PacketGen;

/// <summary>What the process returns.</summary>
internal enum ExitCode
{
    /// <summary>Done, and everything that was expected holds.</summary>
    Done = 0,

    /// <summary>Wrong input: one sentence on standard error says what to change.</summary>
    WrongInput = 1,

    /// <summary>A worker or a port failed while running.</summary>
    RunFault = 2,

    /// <summary>Something that was expected does not hold.</summary>
    NotAsExpected = 3,
}
