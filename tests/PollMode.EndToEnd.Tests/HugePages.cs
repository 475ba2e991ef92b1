using System.Globalization;

namespace PollMode.EndToEnd.Tests;

/// <summary>The system's reserved hugepages.</summary>
internal static class HugePages
{
    internal static int Free => Read("HugePages_Free:");

    internal static int Total => Read("HugePages_Total:");

    private static int Read(string field) => int.Parse(
        File.ReadLines("/proc/meminfo").First(line => line.StartsWith(field, StringComparison.Ordinal))[field.Length..].Trim(),
        CultureInfo.InvariantCulture);
}
