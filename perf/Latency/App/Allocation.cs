namespace PollMode.Latency;

/// <summary>What an app does beside the engine.</summary>
internal enum Allocation
{
    /// <summary>Nothing.</summary>
    Idle,

    /// <summary>Computes without rest, and allocates nothing: what a busy core costs that is no collection.</summary>
    Busy,

    /// <summary>Some hundred kilobytes each millisecond, of which it keeps nothing.</summary>
    Light,

    /// <summary>As fast as it can, with a large live heap that is replaced at random.</summary>
    Hard,
}
