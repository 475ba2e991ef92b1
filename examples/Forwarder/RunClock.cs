using System.Diagnostics;

namespace PollMode.Examples.Forwarder;

/// <summary>Measures the run: its time, and after a warm-up what was allocated and collected in the whole process.</summary>
internal sealed class RunClock
{
    /// <summary>Time for the just-in-time compiler to settle. A shorter run is counted from its start.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);

    private readonly long _started = Stopwatch.GetTimestamp();
    private long _allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
    private int _collectionsBefore = GC.CollectionCount(0);
    private bool _isWarm;

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>Length of the run, drain included, in seconds.</summary>
    public double Seconds { get; private set; }

    /// <summary>Bytes allocated by all threads after the warm-up, until the run was told to stop.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Garbage collections in that time, of all generations.</summary>
    public int Collections { get; private set; }

    public static RunClock Start() => new();

    /// <summary>Called now and then: starts counting once the warm-up is over.</summary>
    public void Tick()
    {
        if (!_isWarm && Elapsed >= WarmUp)
        {
            _isWarm = true;
            _allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
            _collectionsBefore = GC.CollectionCount(0);
        }
    }

    /// <summary>Stops counting allocations: what follows is stopping and reporting.</summary>
    public void StopMeasuring()
    {
        AllocatedBytes = GC.GetTotalAllocatedBytes(precise: true) - _allocatedBefore;
        Collections = GC.CollectionCount(0) - _collectionsBefore;
    }

    /// <summary>The workers have joined.</summary>
    public void Stop() => Seconds = Elapsed.TotalSeconds;
}
