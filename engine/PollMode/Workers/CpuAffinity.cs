using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode;

/// <summary>Binds the calling thread to a CPU, and says what it is bound to. The runtime has no such call of its own.</summary>
public static unsafe class CpuAffinity
{
    private const int Words = 64;

    /// <summary>The CPUs that the calling thread may run on.</summary>
    public static IReadOnlyList<int> Allowed
    {
        get
        {
            ulong* mask = stackalloc ulong[Words];
            if (LibC.SchedGetAffinity(0, Words * sizeof(ulong), mask) < 0)
            {
                throw new LinuxException("read the thread's CPU affinity", Marshal.GetLastPInvokeError(), "run without a core list");
            }

            var cpus = new List<int>();
            for (int cpu = 0; cpu < Words * 64; cpu++)
            {
                if ((mask[cpu / 64] & (1UL << (cpu % 64))) != 0)
                {
                    cpus.Add(cpu);
                }
            }

            return cpus;
        }
    }

    /// <summary>The CPU that the calling thread runs on at this moment.</summary>
    public static int Current => LibC.SchedGetCpu();

    /// <summary>Refuses CPUs that this process may not run on, before any thread is started.</summary>
    /// <exception cref="PollModeException">A CPU does not exist or is outside the process's cpuset.</exception>
    public static void Check(IEnumerable<int> cpus)
    {
        // Threads may be kept off CPUs for the very workers that are asked for here.
        IReadOnlyList<int> allowed = [.. Allowed.Concat(CpuReservation.Reserved).Distinct().Order()];
        foreach (int cpu in cpus)
        {
            if (!allowed.Contains(cpu))
            {
                throw new PollModeException($"Core {cpu} does not exist or this process may not use it; the cores it may use are {CpuList.Format(allowed)}.");
            }
        }
    }

    /// <summary>Binds the calling thread to one CPU and reads back that it is so.</summary>
    /// <exception cref="PollModeException">The system refuses.</exception>
    public static void Pin(int cpu)
    {
        if ((uint)cpu >= Words * 64)
        {
            throw new PollModeException($"Core {cpu} does not exist; cores are counted from 0, and the most is {(Words * 64) - 1}.");
        }

        if (!CpuReservation.Pin(cpu))
        {
            throw new LinuxException($"pin the thread to core {cpu}", Marshal.GetLastPInvokeError(), "name a core that 'nproc' and the cpuset allow");
        }

        if (!Allowed.SequenceEqual([cpu]))
        {
            throw new PollModeException($"The thread was pinned to core {cpu} but the system reports cores {CpuList.Format(Allowed)}; a cpuset may have changed, try again.");
        }
    }
}
