using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using PollMode.Testing;
using Xunit;

namespace PollMode.Hosting.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task An_engine_that_has_not_started_is_unhealthy_and_one_that_turns_is_healthy()
    {
        await using var test = new TestHost();
        Assert.Equal(HealthStatus.Unhealthy, (await LookAsync(test)).Status);
        await test.Host.StartAsync(TestContext.Current.CancellationToken);
        HealthReportEntry entry = await LookAsync(test);
        Assert.Equal((HealthStatus.Healthy, "1 worker(s) turn."), (entry.Status, entry.Description));
    }

    [Fact]
    public async Task A_link_that_is_down_degrades()
    {
        await using var test = new TestHost();
        await test.Host.StartAsync(TestContext.Current.CancellationToken);
        test.Driver.Link = LinkState.Down;
        HealthReportEntry entry = await LookAsync(test);
        Assert.Equal((HealthStatus.Degraded, "The link of port 0 (recording:rx=1000) is Down."), (entry.Status, entry.Description));
        await TestHost.Until(() => test.Logs.Any(log => log.Id.Id == 7));
    }

    [Fact]
    public async Task A_worker_whose_heart_has_stopped_is_unhealthy_until_it_turns_again()
    {
        var time = new ManualTime();
        using var gate = new ManualResetEventSlim();
        using var inside = new ManualResetEventSlim();
        await using var test = new TestHost(
            engine: engine => engine.UsePipeline(pipeline => pipeline.Use(() => new HangingStage(inside, gate))),
            services: services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time)));
        try
        {
            await test.Host.StartAsync(TestContext.Current.CancellationToken);
            inside.Wait(TestContext.Current.CancellationToken);
            Assert.Equal(HealthStatus.Healthy, (await LookAsync(test)).Status);
            Assert.Equal(HealthStatus.Healthy, (await LookAsync(test)).Status);
            time.Seconds += 2;
            HealthReportEntry entry = await LookAsync(test);
            Assert.Equal(HealthStatus.Unhealthy, entry.Status);
            Assert.Contains("Worker 0 has not turned", entry.Description, StringComparison.Ordinal);
        }
        finally
        {
            gate.Set();
        }

        await test.Engine.Completion.WaitAsync(TestContext.Current.CancellationToken);
        time.Seconds += 2;
        Assert.Equal(HealthStatus.Healthy, (await LookAsync(test)).Status);
    }

    [Fact]
    public async Task A_pool_that_ran_dry_since_the_last_look_degrades()
    {
        var kept = new List<Packet>();
        await using var test = new TestHost(
            options => options.Ports[0] = "recording:rx=3000",
            engine => engine.UsePipeline(pipeline => pipeline.Use(() => new HoardingStage(kept))));
        await test.Host.StartAsync(TestContext.Current.CancellationToken);
        await TestHost.Until(() => test.Engine.Statistics.Pools[0].Exhausted > 0);
        HealthReportEntry entry = await LookAsync(test);
        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("The pool of worker 0 was short of", entry.Description, StringComparison.Ordinal);
        await test.Host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, test.Engine.Statistics.PoolInFlight);
    }

    [Fact]
    public async Task A_pool_that_cannot_grow_degrades_until_it_can()
    {
        using var map = new FaultyDmaMap();
        await using var test = new TestHost(
            options =>
            {
                options.Ports[0] = "recording:rx=3000";
                options.BufferLimitPerWorker = 16384;
            },
            engine => engine.UsePipeline(pipeline => pipeline.Use(() => new HoardingStage([], map))));
        await test.Host.StartAsync(TestContext.Current.CancellationToken);
        await TestHost.Until(() => test.Engine.Statistics.GrowthFault != null);
        HealthReportEntry entry = await LookAsync(test);
        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("A pool cannot grow: the device is out of order", entry.Description, StringComparison.Ordinal);
        await TestHost.Until(() => test.Logs.Any(log => log.Id.Name == "GrowthFailed"));

        // Tried again each second: it gets its slab, and says no more.
        map.IsFaulty = false;
        await TestHost.Until(() => test.Engine.Statistics.GrowthFault == null);
        Assert.DoesNotContain("cannot grow", (await LookAsync(test)).Description, StringComparison.Ordinal);
        await test.Host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, test.Engine.Statistics.PoolInFlight);
    }

    private static async Task<HealthReportEntry> LookAsync(TestHost test)
    {
        HealthReport report = await test.Host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        return report.Entries["pollmode-pollmode"];
    }

    private sealed class ManualTime : TimeProvider
    {
        internal long Seconds { get; set; } = 1;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }

    private sealed class HangingStage(ManualResetEventSlim inside, ManualResetEventSlim gate) : IStage
    {
        public void Process(ref Burst burst)
        {
            inside.Set();
            gate.Wait();
        }
    }

    /// <summary>Takes every packet and frees them when the worker ends; if there is a map, from an arena whose device maps what is there and nothing more.</summary>
    private sealed class HoardingStage(List<Packet> kept, FaultyDmaMap? map = null) : IStage
    {
        public void Start(StageContext context)
        {
            if (map != null)
            {
                context.Pool.Arena.Attach(map);
                map.IsFaulty = true;
            }
        }

        public void Process(ref Burst burst)
        {
            for (int i = 0; i < burst.Count; i++)
            {
                kept.Add(burst.Take(i));
            }
        }

        public void Finish() => kept.ForEach(packet => packet.Free());
    }
}
