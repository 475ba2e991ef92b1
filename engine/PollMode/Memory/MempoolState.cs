namespace PollMode;

/// <summary>Where a pool is in its life.</summary>
public enum MempoolState
{
    /// <summary>What is home, and the backup, feed the cache.</summary>
    Prefilled,

    /// <summary>Both are depleted: whole new slabs are injected into the cache.</summary>
    Direct,

    /// <summary>Disposed, waiting for buffers that are still out.</summary>
    Draining,

    /// <summary>Every buffer came home and every slab was given back.</summary>
    Freed,
}
