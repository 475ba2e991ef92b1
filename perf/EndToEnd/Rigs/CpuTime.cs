using System.Globalization;

namespace PollMode.EndToEnd;

/// <summary>User and system time of a process, all its threads together, from /proc/PID/stat: in hundredths of a second.</summary>
internal static class CpuTime
{
    private const double NanosecondsPerTick = 1e7;

    /// <summary>That of the process and of its children, as far as they still run.</summary>
    internal static double NanosecondsOf(int process) =>
        Parse(File.ReadAllText($"/proc/{process}/stat")) + Children(process).Sum(NanosecondsOf);

    private static IEnumerable<int> Children(int process)
    {
        string path = $"/proc/{process}/task/{process}/children";
        return File.Exists(path) ? File.ReadAllText(path).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse) : [];
    }

    /// <summary>Fields 14 and 15 of proc_pid_stat(5), counted behind the name, which may hold blanks and brackets.</summary>
    internal static double Parse(string stat)
    {
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) * NanosecondsPerTick;
    }
}
