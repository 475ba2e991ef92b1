using System.Globalization;

namespace PollMode.Isolation;

/// <summary>The kernel shares a CPU among sessions first (sched_autogroup), and a new one begins with the usual weight, whatever was given to that of the app.</summary>
internal static class SchedulingGroup
{
    private const string Setting = "/proc/self/autogroup";

    /// <summary>Begins a session, and gives it the weight of the one before, where that is allowed.</summary>
    internal static void KeepWeight(Action beginSession)
    {
        int nice = Read();
        beginSession();
        if (nice != Read())
        {
            try
            {
                File.WriteAllText(Setting, nice.ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Allowed to root, and within limits to others; it is about stalls, not about right or wrong.
            }
        }
    }

    /// <summary>From "/autogroup-7 nice -5"; zero where the kernel has no such groups.</summary>
    private static int Read()
    {
        try
        {
            return int.Parse(File.ReadAllText(Setting).Split(' ')[^1], CultureInfo.InvariantCulture);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            return 0;
        }
    }
}
