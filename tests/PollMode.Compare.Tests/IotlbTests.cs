using PollMode.Iotlb;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The study of perf/Iotlb, shortened: pools of 16 slabs that go round as often in a minute, for two minutes to five.</summary>
public sealed class IotlbTests
{
    /// <summary>What a fixed pool of ours may ask of an IOTLB of 64 entries, after whatever it has been through.</summary>
    private const double Most = 90;

    [Theory]
    [InlineData("mempool", 1, false, 2, 0, Most)]
    [InlineData("mempool", 100, false, 3, 0, Most)]
    [InlineData("mempool", 1, true, 2, 0, Most)]
    [InlineData("fresh", 1, false, 1, 45, 80)]
    [InlineData("fifo", 1, false, 5, 200, 500)]
    public void A_fixed_pool_misses_so_often_for_each_mebibyte(string policy, int drops, bool owner, double minutes, double least, double most)
    {
        var scenario = new Scenario { Policy = policy, Slabs = 16, Minutes = minutes, LateFrames = 3000, OwnerReturns = owner };
        Series series = Simulation.Run(scenario with { Loss = scenario.Loss * drops });
        Assert.Equal(0, series.Starved);
        Assert.InRange(series.MissesPerMiB.Count, (6 * minutes) - 1, 6 * minutes);
        Assert.InRange(series.MissesPerMiB[^1][0], least, most);
    }
}
