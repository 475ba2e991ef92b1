namespace PollMode.Latency;

/// <summary>Whose worker forwards.</summary>
internal enum Mode
{
    /// <summary>PollMode in the app's own runtime.</summary>
    Plain,

    /// <summary>PollMode in a native library of the app's process.</summary>
    Library,

    /// <summary>PollMode in a process beside the app.</summary>
    Process,

    /// <summary>Nobody: a loop that looks at the clock, and the app in another process.</summary>
    Bare,

    /// <summary>dpdk-testpmd, and the app in another process.</summary>
    Testpmd,
}
