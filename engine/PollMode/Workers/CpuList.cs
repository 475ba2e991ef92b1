using System.Globalization;

namespace PollMode;

/// <summary>Lists of CPUs in the kernel's syntax: <c>0</c>, <c>2-5,8</c>, <c>0-7:1/2</c> (of each two, the first).</summary>
public static class CpuList
{
    private const int Limit = 4096;

    /// <summary>Reads a list, in the order written, each CPU once.</summary>
    /// <exception cref="PollModeException">It is not of that syntax.</exception>
    public static IReadOnlyList<int> Parse(string text)
    {
        var cpus = new List<int>();
        foreach (string part in (text ?? string.Empty).Split(',', StringSplitOptions.TrimEntries))
        {
            string range = part;
            int used = 1;
            int group = 1;
            int colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon >= 0)
            {
                string[] stride = part[(colon + 1)..].Split('/');
                range = part[..colon];
                if (stride.Length != 2 || !TryNumber(stride[0], out used) || !TryNumber(stride[1], out group) || group == 0 || used == 0 || used > group)
                {
                    throw Bad(text, part);
                }
            }

            int dash = range.IndexOf('-', StringComparison.Ordinal);
            if (!TryNumber(dash < 0 ? range : range[..dash], out int first) || !TryNumber(dash < 0 ? range : range[(dash + 1)..], out int last) || last < first)
            {
                throw Bad(text, part);
            }

            for (int cpu = first; cpu <= last; cpu++)
            {
                if ((cpu - first) % group < used && !cpus.Contains(cpu))
                {
                    cpus.Add(cpu);
                }
            }
        }

        return cpus;
    }

    /// <summary>Writes a list in the shortest form of that syntax, ascending.</summary>
    public static string Format(IEnumerable<int> cpus)
    {
        var parts = new List<string>();
        int[] sorted = cpus.Distinct().Order().ToArray();
        for (int i = 0; i < sorted.Length;)
        {
            int end = i;
            while (end + 1 < sorted.Length && sorted[end + 1] == sorted[end] + 1)
            {
                end++;
            }

            parts.Add(end == i ? $"{sorted[i]}" : $"{sorted[i]}-{sorted[end]}");
            i = end + 1;
        }

        return string.Join(',', parts);
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < Limit;

    private static PollModeException Bad(string? text, string part) =>
        new($"'{part}' in the core list '{text}' is not a CPU or a range; write for example 2-5,8.");
}
