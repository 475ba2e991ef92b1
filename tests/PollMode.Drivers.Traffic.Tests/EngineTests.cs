using PollMode.Drivers.Software;
using Xunit;

namespace PollMode.Drivers.Traffic.Tests;

/// <summary>The traffic port in ordinary engines, with faults that somebody else's port makes and counts.</summary>
public sealed class EngineTests
{
    [Theory]
    [InlineData("fault:loss=3%,seed=11")]
    [InlineData("fault:duplicate=2%,seed=12")]
    [InlineData("fault:corrupt=2%,seed=13")]
    [InlineData("fault:reorder=2%,seed=14")]
    [InlineData("fault:loss=1%,duplicate=1%,seed=15")]
    [InlineData("fault:loss=1%,reorder=1%,seed=16")]
    public void What_a_fault_port_does_is_found_exactly(string fault)
    {
        const long Packets = 20_000;
        (TrafficResult result, EngineStatistics statistics) = Run($"{fault}+ring:a", Packets, "200kpps");
        long Of(string name) => statistics.Ports[1].Extended.Single(counter => counter.Name == "fault_rx_" + name).Value;
        Assert.Equal(0, Of("skipped"));
        Assert.Equal(
            (Packets, Of("lost"), Of("duplicated"), Of("corrupted")),
            (result.Sent, result.Lost, result.Duplicated, result.Corrupted));
        Assert.Equal(0, result.Foreign);
        Assert.True(Of("lost") + Of("duplicated") + Of("corrupted") + Of("reordered") > 0);

        // A packet that was to be overtaken when the source ended is not late.
        Assert.InRange(result.Reordered, Of("reordered") - 1, Of("reordered"));
    }

    [Fact]
    public void What_the_port_says_left_is_what_was_sent()
    {
        (TrafficResult result, EngineStatistics statistics) = Run("ring:a", 50_000, "300kpps");
        Assert.Equal(result.Sent, statistics.Ports[1].TxPackets);
        Assert.Equal(result.Received, statistics.Ports[1].RxPackets);
        Assert.Equal((50_000, 50_000, 0), (result.Sent, result.Received, result.Lost));
        Assert.True(result.PacketsPerSecond <= 300_000 * 1.000001, $"{result.PacketsPerSecond} is above the rate asked for");
    }

    [Fact]
    public void No_rate_above_the_lines_is_ever_reported()
    {
        var clock = new SteppingClock(20_000);
        using var bench = new Bench(clock);
        bench.Port.Start(new TrafficPlan { LineBitsPerSecond = 1e9, Streams = [new StreamPlan { Packets = 20_000, Sizes = FrameSizes.Parse("imix") }] });
        for (int turn = 0; !bench.Port.IsSent; turn++)
        {
            bench.Turn();
            if (turn % 100 == 50)
            {
                // The machine looks away for a while; what is caught up with afterwards must not look faster than the line.
                clock.Skip(5_000_000);
            }

            Assert.True(bench.Port.Result!.WireBitsPerSecond <= 1e9, $"{bench.Port.Result!.WireBitsPerSecond} bit/s on a line of 1 Gbit/s");
        }
    }

    [Theory]
    [InlineData("20kpps", "constant")]
    [InlineData("333kpps", "constant")]
    [InlineData("100kpps", "burst:32")]
    public void At_no_moment_is_a_rate_above_the_one_asked_for_reported(string rate, string spacing)
    {
        using var bench = new Bench(new SteppingClock(700));
        bench.Port.Start(new TrafficPlan { Streams = [new StreamPlan { Packets = 320, Rates = RateProfile.Parse(rate), Spacing = Spacing.Parse(spacing) }] });
        double asked = Rate.Parse(rate).Value;
        while (!bench.Port.IsSent)
        {
            bench.Turn();
            Assert.InRange(bench.Port.Result!.PacketsPerSecond, 0, asked * (1 + 1e-5));
        }

        Assert.Equal(asked, bench.Port.Result!.PacketsPerSecond, asked / 100);
    }

    [Fact]
    public void A_sender_that_cannot_keep_up_says_so()
    {
        using var bench = new Bench(new SteppingClock(1_000_000));
        bench.Port.Start(new TrafficPlan { DurationNanoseconds = 1_000_000_000, Streams = [new StreamPlan { Rates = RateProfile.Parse("10Mpps") }] });
        bench.RunToEnd();
        TrafficResult result = bench.Port.Result!;
        Assert.False(result.KeptUp);
        Assert.Equal(10_000_000, result.AskedPacketsPerSecond, 0);
        Assert.True(result.PacketsPerSecond < 100_000);
    }

    [Fact]
    public void A_schedule_may_be_moved_and_that_is_counted()
    {
        var clock = new SteppingClock(1000);
        using var bench = new Bench(clock);
        bench.Port.Start(new TrafficPlan { MaxBehindNanoseconds = 1_000_000, DurationNanoseconds = 100_000_000, Streams = [new StreamPlan { Rates = RateProfile.Parse("100kpps") }] });
        for (int i = 0; i < 1000; i++)
        {
            bench.Turn();
        }

        clock.Skip(30_000_000);
        bench.RunToEnd();
        TrafficResult result = bench.Port.Result!;
        Assert.Equal((1, 10_000), (result.Slips, result.Sent));
        Assert.InRange(result.SlippedNanoseconds, 29_000_000, 31_000_000);
        Assert.False(result.KeptUp);
    }

    [Fact]
    public void Paced_without_a_stall_there_is_no_drift_and_the_gaps_are_those_asked_for()
    {
        using var bench = new Bench(new SteppingClock(100));
        bench.Port.Start(new TrafficPlan { DurationNanoseconds = 200_000_000, Streams = [new StreamPlan { Rates = RateProfile.Parse("1Mpps") }] });
        bench.RunToEnd();
        TrafficResult result = bench.Port.Result!;
        Assert.Equal(200_000, result.Sent);
        Assert.True(result.KeptUp);
        Assert.Equal(1_000_000, result.PacketsPerSecond, 0);
        Assert.InRange(result.Gaps!.DriftPpm, -1, 1);
        Assert.Equal((1000, 1000), (result.Gaps.Asked.Min, result.Gaps.Asked.Max));
        Assert.InRange(result.Gaps.Error.Max, 0, 300);
    }

    [Fact]
    public async Task A_port_by_spec_ends_with_its_packets_and_tells_what_it_found()
    {
        DriverRegistry drivers = new DriverRegistry().AddSoftwareDrivers().AddTrafficDrivers();
        using var engine = new Engine(new EngineOptions { Ports = { @"traffic:load,count=5000,rate=500kpps,flows=10,size=64:1\,128:1", "ring:a" }, Workers = 1, SendRetries = 1000 }, drivers);
        engine.Open();
        engine.Start();
        await engine.Completion.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        engine.Dispose();
        var counters = engine.Statistics.Ports[0].Extended.ToDictionary(counter => counter.Name, counter => counter.Value, StringComparer.Ordinal);
        Assert.Equal((5000, 5000, 0), (counters["traffic_sent"], counters["traffic_received"], counters["traffic_lost"]));
        Assert.Equal(0, engine.Statistics.PoolInFlight);
    }

    private static (TrafficResult Result, EngineStatistics Statistics) Run(string port, long packets, string rate)
    {
        DriverRegistry drivers = new DriverRegistry().AddSoftwareDrivers();
        var traffic = new TrafficDriver();
        drivers.Add(traffic);
        using var engine = new Engine(new EngineOptions { Ports = { "traffic:start=later", port }, Workers = 1, SendRetries = 100_000 }, drivers);
        engine.Open();
        engine.Start();
        traffic.Ports[0].Start(new TrafficPlan
        {
            ChecksWholeFrame = true,
            Streams = [new StreamPlan { Packets = packets, Rates = RateProfile.Parse(rate), Sizes = FrameSizes.Parse("64-256") }],
        });
        PortTrialRunner.WaitUntilSent(traffic.Ports[0], TestContext.Current.CancellationToken);
        engine.Stop(TimeSpan.FromSeconds(10));
        TrafficResult result = traffic.Ports[0].Result!;
        engine.Dispose();
        return (result, engine.Statistics);
    }
}
