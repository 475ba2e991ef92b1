using System.Diagnostics;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The processes of the published data plane, by their command lines.</summary>
internal static class Companions
{
    internal static int[] Of(PublishedApp published) =>
        [.. Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out int id) ? id : 0).Where(id => id > 0 && Is(published, id))];

    /// <summary>The one that was not there before.</summary>
    internal static int New(PublishedApp published, int[] before) => Assert.Single(Of(published).Except(before));

    internal static async Task Signal(int id, string name)
    {
        using Run kill = await Run.Start("/bin/sh", ["-c", $"kill -{name} {id}"]).End();
        Assert.Equal(0, kill.ExitCode);
    }

    internal static async Task WaitForEnd(PublishedApp published, int id)
    {
        var clock = Stopwatch.StartNew();
        while (Of(published).Contains(id))
        {
            Assert.True(clock.Elapsed < Planes.Patience, "the data plane's process is still there");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static bool Is(PublishedApp published, int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Contains($"{published.Program}\0--pollmode-companion", StringComparison.Ordinal);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
