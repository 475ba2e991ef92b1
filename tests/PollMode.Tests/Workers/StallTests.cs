using System.Diagnostics;
using Xunit;

namespace PollMode.Tests;

public sealed class StallTests
{
    private static readonly TimeSpan Hiccup = TimeSpan.FromMilliseconds(2);

    [Fact]
    public void A_stage_that_dawdles_is_found_and_named()
    {
        long bursts = 0;
        EngineStatistics end = Run("null:rx=640000", () => new LambdaStage((ref _) =>
        {
            if (++bursts % 20 == 0)
            {
                for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Hiccup;)
                {
                    Thread.SpinWait(10);
                }
            }
        }));

        StallStatistics stalls = end.Workers[0].Stalls;
        Assert.InRange(stalls.Count, 400, long.MaxValue);
        Assert.True(stalls.Longest >= Hiccup && stalls.Total >= Hiccup * 400, $"{stalls}");
        Assert.True(stalls.Of(StallCause.Stage).Count > 0, string.Join(", ", stalls.Causes));
        Assert.Equal(stalls.Count, stalls.Causes.Sum(cause => cause.Count));
    }

    [Fact]
    public void Collections_are_told_from_the_rest()
    {
        object[] live = [.. Enumerable.Range(0, 200_000).Select(_ => new object())];
        long bursts = 0;
        EngineStatistics end = Run("null:rx=64000", () => new LambdaStage((ref _) =>
        {
            if (++bursts % 20 == 0)
            {
                GC.Collect();
            }
        }));

        GC.KeepAlive(live);
        StallCount collections = end.Workers[0].Stalls.Of(StallCause.Collection);
        Assert.True(collections.Count > 0 && collections.Longest > TimeSpan.Zero, string.Join(", ", end.Workers[0].Stalls.Causes));
    }

    [Fact]
    public void Nothing_is_recorded_without_a_threshold()
    {
        EngineStatistics end = Run("null:rx=640", () => new LambdaStage((ref _) => Thread.Sleep(Hiccup)), options => options.StallThreshold = TimeSpan.Zero);
        Assert.Equal((0, TimeSpan.Zero, TimeSpan.Zero), (end.Workers[0].Stalls.Count, end.Workers[0].Stalls.Longest, end.Workers[0].Stalls.Threshold));
    }

    [Fact]
    public void A_rest_that_was_meant_is_no_stall()
    {
        var recorder = new StallRecorder(TimeSpan.FromSeconds(5), hasStages: false);
        recorder.Start();
        recorder.Look();
        Thread.Sleep(TimeSpan.FromSeconds(6));
        recorder.Resume();
        recorder.Look();
        Assert.Equal(0, recorder.Count);
    }

    [Fact]
    public void The_pause_budget_is_descriptors_over_rate()
    {
        var queue = default(QueueStatistics) with { Descriptors = 2048, PacketsPerSecond = 1_024_000 };
        Assert.Equal(TimeSpan.FromMilliseconds(2), queue.PauseBudget);
        Assert.Null((queue with { PacketsPerSecond = 0 }).PauseBudget);
        Assert.Null((queue with { Descriptors = 0 }).PauseBudget);
    }

    [Fact]
    public void A_threshold_out_of_range_is_refused()
    {
        var options = new EngineOptions { Ports = ["null"], StallThreshold = TimeSpan.FromMicroseconds(1) };
        Assert.Contains("StallThreshold", Assert.Single(options.Validate()), StringComparison.Ordinal);
    }

    private static EngineStatistics Run(string source, Func<IStage> stage, Action<EngineOptions>? change = null)
    {
        using var test = new TestEngine([source, "null:rx=0"], builder => builder.Use(stage), change);
        return test.RunToEnd();
    }
}
