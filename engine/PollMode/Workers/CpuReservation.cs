using System.Globalization;
using System.Numerics;
using PollMode.Linux;

namespace PollMode;

/// <summary>
/// Keeps the threads of this process off the CPUs of poll threads: those that there are (the collector's, the compiler's and the thread pool's among
/// them), and those they start later, which inherit where they may run, as programs do that they start. Several may be held at once and end in any
/// order; with the last of them all threads run where they could before. If all of them together would leave nothing to run on, none is in force.
/// </summary>
/// <remarks>
/// A thread that is pinned to one CPU was pinned on purpose and stays, unless it is the collector's. One that somebody pins by other means than
/// <see cref="CpuAffinity.Pin"/> while a reservation is held, to the only CPU that it leaves, cannot be told from the others.
/// </remarks>
public sealed unsafe class CpuReservation : IDisposable
{
    private const int Words = 64;

    private static readonly Lock Gate = new();
    private static readonly List<CpuReservation> Held = [];

    /// <summary>Threads that have been looked at, by number, and where each could run before anything was reserved. Empty when nothing is.</summary>
    private static readonly Dictionary<int, ulong[]> Originals = [];

    /// <summary>Threads that pinned themselves by <see cref="CpuAffinity.Pin"/>, by number.</summary>
    private static readonly HashSet<int> Pinned = [];

    private static volatile IReadOnlyList<int> _granted = [];

    private readonly int[] _cpus;

    private CpuReservation(int[] cpus) => _cpus = cpus;

    /// <summary>Threads that were moved when it was made.</summary>
    public int MovedThreads { get; private set; }

    /// <summary>CPUs that threads are kept off, and workers may be pinned to all the same.</summary>
    internal static IReadOnlyList<int> Reserved
    {
        get
        {
            lock (Gate)
            {
                return [.. _granted.Union(Held.SelectMany(static held => held._cpus))];
            }
        }
    }

    /// <summary>Makes a reservation. Where nothing would be left to run on, or no CPU is named, nothing is changed.</summary>
    /// <param name="cpus">The CPUs of the poll threads, which start afterwards and pin themselves.</param>
    /// <exception cref="ArgumentOutOfRangeException">A CPU's number is out of the range that the system knows.</exception>
    public static CpuReservation Take(IReadOnlyList<int> cpus)
    {
        ArgumentNullException.ThrowIfNull(cpus);
        foreach (int cpu in cpus)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(cpu);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(cpu, Words * 64);
        }

        var reservation = new CpuReservation([.. cpus]);
        if (cpus.Count > 0)
        {
            lock (Gate)
            {
                ulong[] before = MaskOfHeld();
                Held.Add(reservation);
                reservation.MovedThreads = Move(before);
            }
        }

        return reservation;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Gate)
        {
            ulong[] before = MaskOfHeld();
            if (Held.Remove(this))
            {
                Move(before);
            }

            if (Held.Count == 0)
            {
                Originals.Clear();
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

    /// <summary>Pins the calling thread to one CPU, on purpose.</summary>
    /// <returns>False if the system refuses, and has left its errno.</returns>
    internal static bool Pin(int cpu)
    {
        var mask = new ulong[Words];
        mask[cpu / 64] = 1UL << (cpu % 64);
        lock (Gate)
        {
            if (!Set(0, mask))
            {
                return false;
            }

            Pinned.Add(LibC.GetThreadId());
            return true;
        }
    }

    private static ulong[] MaskOfHeld()
    {
        var mask = new ulong[Words];
        foreach (int cpu in Held.SelectMany(static held => held._cpus))
        {
            mask[cpu / 64] |= 1UL << (cpu % 64);
        }

        return mask;
    }

    private static ulong[] Without(ulong[] mask, ulong[] taken) => [.. mask.Zip(taken, static (word, gone) => word & ~gone)];

    private static bool HasAny(ulong[] mask) => Array.Exists(mask, static word => word != 0);

    private static bool IsOne(ulong[] mask) => mask.Sum(static word => BitOperations.PopCount(word)) == 1;

    private static bool Same(ulong[] one, ulong[] other) => one.AsSpan().SequenceEqual(other);

    /// <summary>Moves all threads to where they may run now. Twice: threads that others start while the first pass runs.</summary>
    /// <param name="before">The CPUs that were reserved until now.</param>
    /// <returns>How many were moved.</returns>
    private static int Move(ulong[] before)
    {
        try
        {
            ulong[] after = MaskOfHeld();
            return MoveOnce(before, after) + MoveOnce(before, after);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // No list of threads here: they stay where they are, which costs speed and nothing else.
            return 0;
        }
    }

    private static int MoveOnce(ulong[] before, ulong[] after)
    {
        Dictionary<int, ulong[]> masks = ReadMasks();
        ulong[] everywhereBefore = Everywhere(Originals);
        Pinned.RemoveWhere(thread => !masks.TryGetValue(thread, out ulong[]? mask) || !IsOne(mask));
        foreach (int ended in Originals.Keys.Where(thread => !masks.ContainsKey(thread)).ToArray())
        {
            Originals.Remove(ended);
        }

        var originals = new Dictionary<int, ulong[]>();
        foreach ((int thread, ulong[] mask) in masks)
        {
            originals[thread] = Pinned.Contains(thread) ? mask : OriginalOf(thread, mask, original => Same(WantedFor(thread, original, before, everywhereBefore), mask) || Same(WantedFor(thread, original, after, everywhereBefore), mask));
        }

        ulong[] everywhere = Everywhere(originals);
        int moved = 0;
        foreach ((int thread, ulong[] original) in originals)
        {
            Originals[thread] = original;
            ulong[] wanted = WantedFor(thread, original, after, everywhere);
            if (!Same(wanted, masks[thread]) && Set(thread, wanted))
            {
                moved++;
            }
        }

        return moved;
    }

    private static Dictionary<int, ulong[]> ReadMasks()
    {
        var masks = new Dictionary<int, ulong[]>();
        foreach (string folder in Directory.EnumerateDirectories("/proc/self/task"))
        {
            int thread = int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
            var mask = new ulong[Words];
            if (Get(thread, mask))
            {
                masks[thread] = mask;
            }
        }

        return masks;
    }

    /// <summary>All CPUs that any thread could run on which was not pinned to one.</summary>
    private static ulong[] Everywhere(Dictionary<int, ulong[]> originals)
    {
        var all = new ulong[Words];
        foreach (ulong[] mask in originals.Values.Where(static mask => !IsOne(mask)))
        {
            for (int word = 0; word < Words; word++)
            {
                all[word] |= mask[word];
            }
        }

        return all;
    }

    /// <summary>
    /// Where a thread could run before anything was reserved. A thread that was not there at the last look has inherited what its parent had; one whose
    /// mask is not what it was given then has been moved by somebody else, on purpose.
    /// </summary>
    /// <param name="thread">Its number.</param>
    /// <param name="mask">Where it may run.</param>
    /// <param name="explains">Whether a thread that could run on these CPUs would have that mask now.</param>
    private static ulong[] OriginalOf(int thread, ulong[] mask, Func<ulong[], bool> explains) => Originals.TryGetValue(thread, out ulong[]? known)
        ? explains(known) ? known : mask
        : Originals.Values.FirstOrDefault(original => !IsOne(original) && explains(original)) ?? mask;

    /// <summary>Where a thread may run while CPUs are reserved.</summary>
    private static ulong[] WantedFor(int thread, ulong[] original, ulong[] reserved, ulong[] everywhere)
    {
        ulong[] elsewhere = Without(everywhere, reserved);
        if (!HasAny(elsewhere) || (IsOne(original) && !IsCollector(thread)))
        {
            return original;
        }

        ulong[] left = Without(original, reserved);
        return HasAny(left) ? left : elsewhere;
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
