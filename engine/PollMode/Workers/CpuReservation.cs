using System.Globalization;
using PollMode.Linux;

namespace PollMode;

/// <summary>
/// Keeps the threads of this process off the CPUs of poll threads: those that there are (the collector's, the compiler's and the thread pool's among
/// them), and those they start later, which inherit where they may run. A thread that is pinned to one CPU was pinned on purpose and stays, unless
/// it is the collector's. Several may be held at once and end in any order; with the last of them all threads run where they could before.
/// </summary>
public sealed unsafe class CpuReservation : IDisposable
{
    private const int Words = 64;

    private static readonly Lock Gate = new();

    /// <summary>The reservations in force: those that found something left to run on.</summary>
    private static readonly List<IReadOnlyList<int>> InForce = [];

    /// <summary>Where threads could run before anything was reserved: every mask that was met. What they run on now follows from it and <see cref="InForce"/>.</summary>
    private static readonly List<ulong[]> Originals = [];

    /// <summary>Threads that pinned themselves by <see cref="CpuAffinity.Pin"/>, by number. Those that have ended are forgotten when threads are gone through.</summary>
    private static readonly HashSet<int> Pinned = [];

    private static volatile IReadOnlyList<int> _granted = [];

    private readonly IReadOnlyList<int> _cpus;
    private bool _disposed;

    private CpuReservation(IReadOnlyList<int> cpus) => _cpus = cpus;

    /// <summary>Threads that were moved.</summary>
    public int MovedThreads { get; private set; }

    /// <summary>CPUs that threads are kept off, and workers may be pinned to all the same.</summary>
    internal static IReadOnlyList<int> Reserved
    {
        get
        {
            lock (Gate)
            {
                return [.. _granted.Union(InForce.SelectMany(static cpus => cpus))];
            }
        }
    }

    /// <summary>Makes a reservation. Where nothing would be left to run on, or no CPU is named, nothing is changed.</summary>
    /// <param name="cpus">The CPUs of the poll threads, which start afterwards and pin themselves.</param>
    public static CpuReservation Take(IReadOnlyList<int> cpus)
    {
        ArgumentNullException.ThrowIfNull(cpus);
        var reservation = new CpuReservation(cpus);
        if (cpus.Count == 0)
        {
            return reservation;
        }

        lock (Gate)
        {
            ulong[] before = MaskInForce();
            ulong[] after = [.. before];
            foreach (int cpu in cpus)
            {
                after[cpu / 64] |= 1UL << (cpu % 64);
            }

            var own = new ulong[Words];
            ulong[] elsewhere = Get(0, own) ? Without(OriginalOf(own, before) ?? own, after) : own;
            if (!HasAny(elsewhere) || Pinned.Contains(LibC.GetThreadId()))
            {
                return reservation;
            }

            InForce.Add(cpus);

            // Twice: threads that others start while the first pass runs.
            reservation.MovedThreads = Move(before, after, elsewhere) + Move(before, after, elsewhere);
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
            ulong[] before = MaskInForce();
            if (InForce.Remove(_cpus))
            {
                Move(before, MaskInForce(), elsewhere: new ulong[Words]);
            }
        }
    }

    /// <summary>Tells of CPUs that another runtime of this process keeps threads off.</summary>
    internal static void Grant(IReadOnlyList<int> cpus)
    {
        lock (Gate)
        {
            _granted = [.. _granted.Union(cpus)];
        }
    }

    /// <summary>Tells that the calling thread is where it is on purpose.</summary>
    internal static void LeaveAlone()
    {
        lock (Gate)
        {
            Pinned.Add(LibC.GetThreadId());
        }
    }

    private static ulong[] MaskInForce()
    {
        var mask = new ulong[Words];
        foreach (int cpu in InForce.SelectMany(static cpus => cpus))
        {
            mask[cpu / 64] |= 1UL << (cpu % 64);
        }

        return mask;
    }

    private static ulong[] Without(ulong[] mask, ulong[] taken) => [.. mask.Zip(taken, static (word, gone) => word & ~gone)];

    private static bool HasAny(ulong[] mask) => Array.Exists(mask, static word => word != 0);

    private static bool Same(ulong[] one, ulong[] other) => one.AsSpan().SequenceEqual(other);

    /// <summary>What a thread could run on before anything was reserved; null if it was never moved.</summary>
    private static ulong[]? OriginalOf(ulong[] mask, ulong[] reserved) => Originals.Find(original => Same(Without(original, reserved), mask));

    /// <summary>Moves all threads from what one set of reserved CPUs leaves them to what another does.</summary>
    /// <param name="before">The CPUs reserved so far.</param>
    /// <param name="after">The CPUs reserved from now on.</param>
    /// <param name="elsewhere">Where threads go to which nothing would be left.</param>
    /// <returns>How many were moved.</returns>
    private static int Move(ulong[] before, ulong[] after, ulong[] elsewhere)
    {
        int moved = 0;
        var alive = new HashSet<int>();
        foreach (string folder in Directory.EnumerateDirectories("/proc/self/task"))
        {
            int thread = int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
            alive.Add(thread);
            var mask = new ulong[Words];
            if (Pinned.Contains(thread) || !Get(thread, mask))
            {
                continue;
            }

            ulong[]? known = OriginalOf(mask, before);
            if (known == null && mask.Sum(static word => System.Numerics.BitOperations.PopCount(word)) == 1 && !IsCollector(thread))
            {
                continue;
            }

            ulong[] wanted = Without(known ?? mask, after);
            wanted = HasAny(wanted) ? wanted : elsewhere;
            if (Same(wanted, mask) || !Set(thread, wanted))
            {
                continue;
            }

            moved++;
            if (known == null)
            {
                Originals.Add(mask);
            }
        }

        Pinned.IntersectWith(alive);
        return moved;
    }

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
}
