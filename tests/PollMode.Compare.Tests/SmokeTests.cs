using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The whole tool once, as a user calls it.</summary>
public sealed class SmokeTests
{
    [Fact]
    public void A_comparison_gives_figures_of_both_sides()
    {
        string path = Path.Combine(Path.GetTempPath(), $"pollmode-compare-{Guid.NewGuid():N}.json");
        try
        {
            using ChildProcess process = ChildProcess.Start(Path.Combine(AppContext.BaseDirectory, "PollMode.EndToEnd"), ["compare", "null-macswap", "-n", "1", "-s", "1", "--warm-up", "1", "--json", path]);
            string output = process.ReadToEnd(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
            Assert.True(process.WaitForEnd(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken), output);
            Assert.True(process.ExitCode == 0, output);
            ComparisonResult result = Assert.Single(ResultFile.Read(path));
            Assert.True(Assert.Single(result.PollMode.Values(Quantity.PacketRate)) > 0);
            Assert.Equal(0, Assert.Single(result.PollMode.Values(Quantity.Allocated)));
            Assert.Equal(Tool.Testpmd.IsInstalled ? 2 : 1, result.Contenders.Count);
            Assert.All(result.Contenders, contender => Assert.Null(contender.Failure));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
