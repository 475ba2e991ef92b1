using System.Globalization;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The system's reserved hugepages.</summary>
internal static class HugePages
{
    /// <summary>Waits until as many pages are free as before, or more: others on the machine may use and give back some meanwhile.</summary>
    internal static async Task WaitUntilFreeAsync(int pages)
    {
        for (int wait = 0; wait < 100 && Free < pages; wait++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.True(Free >= pages, $"{pages} hugepages were free before, and {Free} are now");
    }

    internal static int Free => Read("HugePages_Free:");

    internal static int Total => Read("HugePages_Total:");

    private static int Read(string field) => int.Parse(
        File.ReadLines("/proc/meminfo").First(line => line.StartsWith(field, StringComparison.Ordinal))[field.Length..].Trim(),
        CultureInfo.InvariantCulture);
}
