using Xunit;

namespace PollMode.Drivers.Traffic.Tests;

/// <summary>The benchmarks on a device whose limit is known, in a time that is reckoned and not measured.</summary>
public sealed class Rfc2544Tests
{
    private static readonly BenchmarkOptions Options = new()
    {
        Highest = Rate.Parse("1GbpsL1"),
        TrialNanoseconds = 50_000_000,
        Resolution = 0.005,
        LongestBurstNanoseconds = 20_000_000,
        Repetitions = 2,
    };

    [Theory]
    [InlineData("loop:rate=300kpps,queue=16", "64", 300_000)]
    [InlineData("loop:rate=300Mbps,queue=16", "64", 300e6 / (64 * 8))]
    [InlineData("loop:rate=300Mbps,queue=16", "512", 300e6 / (512 * 8))]
    [InlineData("loop:rate=900MbpsL1,queue=16", "1518", 900e6 / (1538 * 8))]
    [InlineData("loop:rate=50kpps,queue=16", "imix", 50_000)]
    public void Throughput_finds_the_limit_within_its_resolution(string loop, string size, double limit)
    {
        using var device = new VirtualDevice(loop);
        ThroughputResult result = new Rfc2544Benchmark(device, Options).Throughput(FrameSizes.Parse(size));

        // The queue takes a few packets more than the limit carries in so short a trial; one resolution of the highest rate either way.
        double highest = Options.Highest.PacketsPerSecond(FrameSizes.Parse(size).Mean);
        double slack = 17 / 0.05;
        Assert.InRange(result.PacketsPerSecond, limit - (highest * Options.Resolution) - 1, limit + slack + (highest * Options.Resolution));
        Assert.Equal(0, result.LossRatio);
        Assert.False(result.LimitedBySender);
        Assert.InRange(result.Trials, 2, 20);
        Assert.Equal(device.Trials, result.Trials);
    }

    [Fact]
    public void A_trial_whose_sender_was_held_up_says_nothing_and_is_tried_again()
    {
        // In every trial but each third the machine looks away for longer than the device's queue lasts.
        using var device = new VirtualDevice("loop:rate=300kpps,queue=16") { StallOf = trial => trial % 3 == 2 ? 0 : 4_000_000 };
        var steps = new List<BenchmarkStep>();
        ThroughputResult result = new Rfc2544Benchmark(device, Options, steps.Add).Throughput(FrameSizes.Fixed(64));
        double highest = Options.Highest.PacketsPerSecond(64);
        Assert.InRange(result.PacketsPerSecond, 300_000 - (highest * Options.Resolution) - 1, 300_000 + (17 / 0.05) + (highest * Options.Resolution));
        Assert.False(result.LimitedBySender);
        Assert.True(device.Trials > result.Trials);
        Assert.Contains(steps, step => step.Verdict == TrialVerdict.Invalid);
    }

    [Fact]
    public void A_sender_that_is_never_left_alone_finds_nothing_and_says_why()
    {
        using var device = new VirtualDevice("loop:rate=300kpps,queue=16") { StallOf = _ => 4_000_000 };
        ThroughputResult result = new Rfc2544Benchmark(device, Options).Throughput(FrameSizes.Fixed(64));
        Assert.Null(result.Rate);
        Assert.True(result.LimitedBySender);
    }

    [Theory]
    [InlineData(100, 0, 0, 0, TrialVerdict.Passed)]
    [InlineData(100, 1, 0, 0, TrialVerdict.Lost)]
    [InlineData(100, 1, 1, 0, TrialVerdict.Invalid)]
    [InlineData(100, 1, 0, 1, TrialVerdict.Invalid)]
    [InlineData(100, 0, 1, 1, TrialVerdict.Passed)]
    [InlineData(100, 3, 1, 0, TrialVerdict.Lost)]
    [InlineData(100, 3, 0, 2, TrialVerdict.Lost)]
    [InlineData(95, 0, 0, 0, TrialVerdict.Invalid)]
    [InlineData(95, 1, 0, 0, TrialVerdict.Lost)]
    public void Only_a_loss_that_nobody_else_is_to_blame_for_is_the_devices(long sent, long lost, long lumped, long dropped, TrialVerdict expected)
    {
        var runner = new FixedTrial(sent, lost, lumped, dropped);
        var steps = new List<BenchmarkStep>();
        _ = new Rfc2544Benchmark(runner, Options with { Attempts = 3, Resolution = 0.6, Confirmations = 0 }, steps.Add).Throughput(FrameSizes.Fixed(64));
        Assert.Equal(Enumerable.Repeat(expected, expected == TrialVerdict.Invalid ? 6 : expected == TrialVerdict.Lost ? 2 : 1), steps.Select(step => step.Verdict));
    }

    [Fact]
    public void A_sender_far_from_its_rate_is_not_asked_again()
    {
        var runner = new FixedTrial(50, 0, 0, 0);
        ThroughputResult result = new Rfc2544Benchmark(runner, Options with { Attempts = 3, Resolution = 0.6, Confirmations = 0 }).Throughput(FrameSizes.Fixed(64));
        Assert.Equal((2, 2, true), (runner.Trials, result.Trials, result.LimitedBySender));
    }

    [Fact]
    public void A_device_without_a_limit_passes_at_the_first_trial()
    {
        using var device = new VirtualDevice("loop");
        ThroughputResult result = new Rfc2544Benchmark(device, Options).Throughput(FrameSizes.Fixed(64));
        Assert.Equal((100, 1), (result.PercentOfHighest, result.Trials));
    }

    [Fact]
    public void Partial_drop_rate_lies_above_no_drop_rate_by_its_tolerance()
    {
        using var device = new VirtualDevice("loop:rate=300kpps,queue=16");
        double none = new Rfc2544Benchmark(device, Options).Throughput(FrameSizes.Fixed(64)).PacketsPerSecond;
        double partial = new Rfc2544Benchmark(device, Options with { LossTolerance = 0.05 }).Throughput(FrameSizes.Fixed(64)).PacketsPerSecond;
        double highest = Options.Highest.PacketsPerSecond(64);

        // What is carried is the limit, so at a loss of one in twenty the rate is a nineteenth above it.
        Assert.InRange(partial, (none * 20 / 19) - (2 * highest * Options.Resolution), (none * 20 / 19) + (2 * highest * Options.Resolution));
    }

    [Fact]
    public void Loss_is_what_the_device_cannot_carry()
    {
        using var device = new VirtualDevice("loop:rate=744048pps,queue=16");
        IReadOnlyList<LossPoint> points = new Rfc2544Benchmark(device, Options).FrameLoss(FrameSizes.Fixed(64));
        Assert.Equal([100.0, 90, 80, 70, 60, 50, 40], points.Select(point => point.Percent));
        foreach (LossPoint point in points)
        {
            Assert.InRange(point.LossRatio, Math.Max(0, 1 - (50 / point.Percent)) - 0.002, Math.Max(0, 1 - (50 / point.Percent)) + 0.002);
        }
    }

    [Fact]
    public void Back_to_back_finds_the_depth_of_the_queue()
    {
        using var device = new VirtualDevice("loop:rate=500kpps,queue=100");
        double packets = new Rfc2544Benchmark(device, Options).BackToBack(FrameSizes.Fixed(64)).Packets;

        // The queue fills at 1.488 Mpps and empties at 0.5 Mpps: 100 / (1 - 0.5 / 1.488) packets until it is full.
        Assert.InRange(packets, 145, 160);
    }

    [Fact]
    public void Latency_is_that_of_the_device()
    {
        using var device = new VirtualDevice("loop:rate=500kpps,delay=70us");
        var benchmark = new Rfc2544Benchmark(device, Options);
        ThroughputResult throughput = benchmark.Throughput(FrameSizes.Fixed(128));
        IReadOnlyList<TimeSummary> latencies = benchmark.Latency(FrameSizes.Fixed(128), throughput);
        Assert.Equal(2, latencies.Count);
        Assert.All(latencies, latency => Assert.InRange(latency.Min, 72_000, 74_000));
    }

    [Fact]
    public void A_search_without_a_highest_rate_is_refused()
    {
        using var device = new VirtualDevice("loop");
        Assert.Throws<PollModeException>(() => new Rfc2544Benchmark(device, Options with { Highest = Rate.Max }));
    }
}
