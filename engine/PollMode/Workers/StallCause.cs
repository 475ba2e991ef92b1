namespace PollMode;

/// <summary>Why a worker was away from its queues.</summary>
public enum StallCause
{
    /// <summary>The garbage collector of its runtime had suspended it, or it collected itself.</summary>
    Collection,

    /// <summary>It waited for the kernel to give it a page.</summary>
    PageFault,

    /// <summary>The scheduler gave its CPU to another thread.</summary>
    Preemption,

    /// <summary>A stage took that long. Seen when turns are long anyway, and for a twentieth of a second after a stall that nothing explains.</summary>
    Stage,

    /// <summary>None of these: a driver's call, an interrupt, a hypervisor that ran another guest, or a single slow stage.</summary>
    Other,
}
