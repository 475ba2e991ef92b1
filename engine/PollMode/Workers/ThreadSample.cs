using System.Diagnostics;
using PollMode.Linux;

namespace PollMode;

/// <summary>What a thread has used up so far, as far as it explains where time went. Two system calls and two reads, about half a microsecond.</summary>
/// <param name="Timestamp">When it was taken, in ticks of <see cref="Stopwatch"/>.</param>
/// <param name="CpuNanoseconds">Time that the thread was on a CPU.</param>
/// <param name="Faults">Page faults, minor and major.</param>
/// <param name="Switches">Times that the scheduler took the CPU away.</param>
/// <param name="Collections">Collections of this runtime.</param>
/// <param name="Pause">Time that collections have suspended the runtime's threads.</param>
internal readonly record struct ThreadSample(long Timestamp, long CpuNanoseconds, long Faults, long Switches, int Collections, TimeSpan Pause)
{
    /// <summary>Of the calling thread.</summary>
    internal static unsafe ThreadSample Take()
    {
        ResourceUsage usage = default;
        _ = LibC.GetResourceUsage(LibC.RUSAGE_THREAD, &usage);

        // Not from the usage, whose times are those of the last tick.
        TimeSpecification time = default;
        _ = LibC.ClockGetTime(LibC.CLOCK_THREAD_CPUTIME_ID, &time);
        return new ThreadSample(
            Stopwatch.GetTimestamp(),
            (time.Seconds * 1_000_000_000) + time.Nanoseconds,
            usage.MinorFaults + usage.MajorFaults,
            usage.InvoluntarySwitches,
            GC.CollectionCount(0),
            GC.GetTotalPauseDuration());
    }
}
