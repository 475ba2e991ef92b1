namespace PollMode;

/// <summary>Where a pool is in its life.</summary>
public enum MempoolState
{
    /// <summary>The backup ring feeds the cache.</summary>
    Prefilled,

    /// <summary>The backup ring is depleted: whole slabs are injected into the cache.</summary>
    Direct,

    /// <summary>Disposed, waiting for buffers that are still out.</summary>
    Draining,

    /// <summary>Every buffer came home and every slab was given back.</summary>
    Freed,
}
