namespace PollMode;

/// <summary>What a worker does after a stage threw. In every case the burst is freed and the fault counted and reported.</summary>
public enum StageFaultPolicy
{
    /// <summary>Goes on with the next burst.</summary>
    Continue,

    /// <summary>Stops this worker; the others go on.</summary>
    StopWorker,

    /// <summary>Stops receiving in the whole engine and fails <see cref="Engine.Completion"/>, on which its user stops it.</summary>
    StopEngine,
}
