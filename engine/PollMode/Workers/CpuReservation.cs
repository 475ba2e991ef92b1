using System.Globalization;
using PollMode.Linux;

namespace PollMode;

/// <summary>
/// Keeps the threads of this process off the CPUs of poll threads: those that there are (the collector's and the thread pool's among them), and
/// those they start later, which inherit where they may run. A thread that is pinned to one CPU was pinned on purpose and stays, unless it
/// is the collector's. Disposing it lets all threads run where they could before.
/// </summary>
public sealed unsafe class CpuReservation : IDisposable
{
    private const int Words = 64;

    private static readonly Lock Gate = new();
    private static volatile IReadOnlyList<int> _reserved = [];

    private readonly IReadOnlyList<int> _cpus;
    private readonly List<(ulong[] Before, ulong[] After)> _changes = [];
    private bool _disposed;

    private CpuReservation(IReadOnlyList<int> cpus) => _cpus = cpus;

    /// <summary>Threads that were moved.</summary>
    public int MovedThreads { get; private set; }

    /// <summary>CPUs that threads are kept off, and workers may be pinned to all the same.</summary>
    internal static IReadOnlyList<int> Reserved => _reserved;

    /// <summary>Makes a reservation. Where nothing would be left to run on, or no CPU is named, nothing is changed.</summary>
    /// <param name="cpus">The CPUs of the poll threads, which start afterwards and pin themselves.</param>
    public static CpuReservation Take(IReadOnlyList<int> cpus)
    {
        ArgumentNullException.ThrowIfNull(cpus);
        var reservation = new CpuReservation(cpus);
        if (cpus.Count > 0)
        {
            lock (Gate)
            {
                Grant(cpus);
                reservation.KeepOff();
            }
        }

        return reservation;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _reserved = [.. _reserved.Except(_cpus)];
            ForEachThread((thread, mask) =>
            {
                foreach ((ulong[] before, ulong[] after) in _changes)
                {
                    if (mask.AsSpan().SequenceEqual(after))
                    {
                        Set(thread, before);
                        break;
                    }
                }
            });
        }
    }

    /// <summary>Tells of CPUs that another runtime of this process keeps threads off.</summary>
    internal static void Grant(IReadOnlyList<int> cpus) => _reserved = [.. _reserved.Union(cpus)];

    private static bool Get(int thread, ulong[] mask)
    {
        fixed (ulong* words = mask)
        {
            return LibC.SchedGetAffinity(thread, Words * sizeof(ulong), words) >= 0;
        }
    }

    /// <summary>False for a thread that has ended meanwhile, which needs nothing.</summary>
    private static bool Set(int thread, ulong[] mask)
    {
        fixed (ulong* words = mask)
        {
            return LibC.SchedSetAffinity(thread, Words * sizeof(ulong), words) == 0;
        }
    }

    private static void ForEachThread(Action<int, ulong[]> visit)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc/self/task"))
        {
            int thread = int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
            var mask = new ulong[Words];
            if (Get(thread, mask))
            {
                visit(thread, mask);
            }
        }
    }

    /// <summary>Server collection pins its threads. Other threads of the runtime are not pinned, and their names are inherited by threads of the user.</summary>
    private static bool IsCollector(int thread)
    {
        try
        {
            return File.ReadAllText($"/proc/self/task/{thread}/comm").TrimEnd() is ".NET Server GC" or ".NET BGC";
        }
        catch (IOException)
        {
            // It has ended.
            return false;
        }
    }

    private void KeepOff()
    {
        var elsewhere = new ulong[Words];
        if (!Get(0, elsewhere) || !Remove(elsewhere))
        {
            return;
        }

        // Twice: threads that others start while the first pass runs.
        for (int pass = 0; pass < 2; pass++)
        {
            ForEachThread((thread, mask) =>
            {
                ulong[] before = [.. mask];
                int allowed = before.Sum(static word => System.Numerics.BitOperations.PopCount(word));
                bool left = Remove(mask);
                if (mask.AsSpan().SequenceEqual(before) || (allowed == 1 && !IsCollector(thread)))
                {
                    return;
                }

                ulong[] after = left ? mask : elsewhere;
                if (Set(thread, after))
                {
                    MovedThreads++;
                    if (left && !_changes.Exists(change => change.After.AsSpan().SequenceEqual(after)))
                    {
                        _changes.Add((before, after));
                    }
                }
            });
        }
    }

    /// <summary>Takes the CPUs out of a mask.</summary>
    /// <returns>Whether any is left.</returns>
    private bool Remove(ulong[] mask)
    {
        foreach (int cpu in _cpus)
        {
            mask[cpu / 64] &= ~(1UL << (cpu % 64));
        }

        return Array.Exists(mask, static word => word != 0);
    }
}
