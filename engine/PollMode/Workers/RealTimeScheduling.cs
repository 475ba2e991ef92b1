using System.Globalization;
using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode;

/// <summary>
/// Puts poll threads under the kernel's real-time scheduler (SCHED_FIFO, sched(7)): no ordinary thread takes their core from them, be it of whatever
/// program, unless it is bound to that core: what is, kernel threads too, waits. A kernel from 6.12 on lets it have up to a twentieth of a second after a
/// second of waiting (its fair server); an older one never, so do not let a worker spin there by such a priority.
/// </summary>
/// <remarks>Two such workers must not have the same core, be it in two programs: the one that spins keeps it.</remarks>
public static unsafe class RealTimeScheduling
{
    /// <summary>The highest priority that may be asked for. Threads of the kernel's own, which must always come through, have the one above.</summary>
    public const int Highest = 98;

    private const string Limit = "/proc/sys/kernel/sched_rt_runtime_us";
    private const string Period = "/proc/sys/kernel/sched_rt_period_us";

    /// <summary>Refuses what would not work, before any thread is started.</summary>
    /// <param name="priority">From 1 to <see cref="Highest"/>.</param>
    /// <param name="cpus">The CPUs of the poll threads.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such priority.</exception>
    /// <exception cref="PollModeException">Nothing would be left for all other threads, the kernel would stop the poll threads once a second, or they may not have the priority.</exception>
    public static void Check(int priority, IReadOnlyList<int> cpus)
    {
        ThrowIfOutOfRange(priority);
        ArgumentNullException.ThrowIfNull(cpus);

        // What other engines have reserved is not left to anybody.
        if (!CpuAffinity.Allowed.Except(cpus).Any())
        {
            throw new PollModeException($"RealTimePriority is {priority}, and the workers' cores ({CpuList.Format(cpus)}) are all that is left to this process: nothing else of it would ever run; leave it a core, or set RealTimePriority to 0.");
        }

        if (ReadNumber(Limit) is >= 0 and var limit && ReadNumber(Period) is > 0 and var period && limit < period)
        {
            throw new PollModeException(
                $"RealTimePriority is {priority}, and the kernel would stop real-time threads for {(period - limit) / 1000} ms of every {period / 1000} ms; run 'sysctl kernel.sched_rt_runtime_us=-1', or set RealTimePriority to 0.");
        }

        // By a thread that ends with the attempt: this one stays as it is.
        Exception? refused = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(priority);
            }
            catch (LinuxException fault)
            {
                refused = fault;
            }
        });
        thread.Start();
        thread.Join();
        if (refused != null)
        {
            throw refused;
        }
    }

    /// <summary>Gives the calling thread a real-time priority. Threads that it starts are ordinary ones.</summary>
    /// <param name="priority">From 1 to <see cref="Highest"/>.</param>
    /// <exception cref="LinuxException">It may not have it.</exception>
    public static void Enter(int priority)
    {
        ThrowIfOutOfRange(priority);
        if (LibC.SchedSetScheduler(LibC.SCHED_FIFO | LibC.SCHED_RESET_ON_FORK, &priority) < 0)
        {
            throw new LinuxException(
                $"give a worker the real-time priority {priority}",
                Marshal.GetLastPInvokeError(),
                "run as root or with CAP_SYS_NICE, or allow it by 'ulimit -r'; in a control group of version 1 give it a cpu.rt_runtime_us");
        }
    }

    private static void ThrowIfOutOfRange(int priority)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(priority, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(priority, Highest);
    }

    /// <summary>Null where the kernel has no such setting, or does not show it.</summary>
    private static long? ReadNumber(string file)
    {
        try
        {
            return long.TryParse(File.ReadAllText(file), NumberStyles.Integer, CultureInfo.InvariantCulture, out long number) ? number : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
