using Xunit;

namespace PollMode.Drivers.Software.Tests;

/// <summary>An engine's run from its start to the end of what its ports give.</summary>
internal static class EngineRun
{
    /// <summary>Runs to the end, stops, and gives what was counted. Every buffer must be home.</summary>
    internal static async Task<EngineStatistics> ToEnd(EngineOptions options, DriverRegistry drivers)
    {
        using var engine = new Engine(options, drivers);
        engine.Open();
        engine.Start();
        await engine.Completion.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
        Assert.True(engine.Stop(TimeSpan.FromSeconds(30)));
        engine.Dispose();
        EngineStatistics statistics = engine.Statistics;
        Assert.Equal(0, statistics.PoolInFlight);
        return statistics;
    }
}
