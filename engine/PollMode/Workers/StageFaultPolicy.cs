namespace PollMode;

/// <summary>What a worker does after a stage threw. In every case the burst is freed and the fault counted and reported.</summary>
public enum StageFaultPolicy
{
    /// <summary>Goes on with the next burst.</summary>
    Continue,

    /// <summary>Stops this worker; the others go on.</summary>
    StopWorker,

    /// <summary>Stops the engine.</summary>
    StopEngine,
}
