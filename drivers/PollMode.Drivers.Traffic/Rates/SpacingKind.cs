namespace PollMode.Drivers.Traffic;

/// <summary>How packets are spread over time.</summary>
public enum SpacingKind
{
    /// <summary>Evenly.</summary>
    Constant,

    /// <summary>With exponential gaps whose mean is the rate's: a Poisson process.</summary>
    Poisson,

    /// <summary>In bursts.</summary>
    Burst,
}
