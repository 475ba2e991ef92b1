using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PollMode.Drivers.Software;
using Xunit;

namespace PollMode.Hosting.Tests;

public sealed class LifecycleTests
{
    [Fact]
    public async Task The_engine_opens_before_other_services_start_and_runs_after_and_closes_at_the_end()
    {
        var driver = new RecordingDriver();
        var neighbour = new Neighbour(driver);
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPollMode(TestHost.Small).AddDriver(driver);
        builder.Services.AddSingleton<IHostedService>(neighbour);
        using IHost host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken);
        Engine engine = host.Services.GetRequiredService<Engine>();
        await TestHost.Until(() => engine.Statistics.RxPackets == 1000);
        Assert.Equal(EngineState.Running, engine.State);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(EngineState.Closed, engine.State);
        Assert.Equal(["probe", "open", "neighbour starts", "receive", "neighbour stops", "close"], driver.Events);
        Assert.Equal(1000, engine.Statistics.TxPackets);
        Assert.Equal(0, engine.Statistics.PoolInFlight);
    }

    [Fact]
    public async Task Two_engines_live_in_one_host()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPollMode("left", TestHost.Small).AddDriver<RecordingDriver>().UsePipeline(pipeline => pipeline.Use(() => new DropStage(DropReason.Filtered)));
        builder.Services.AddPollMode("right", TestHost.Small).AddDriver<NullDriver>();
        using IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);

        Engine left = host.Services.GetRequiredKeyedService<Engine>("left");
        Engine right = host.Services.GetRequiredKeyedService<Engine>("right");
        await Task.WhenAll(left.Completion, right.Completion).WaitAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.NotSame(left, right);
        Assert.Same(left, host.Services.GetRequiredService<Engine>());
        Assert.Equal(("left", 1000, 0), (left.Name, left.Statistics.RxPackets, left.Statistics.TxPackets));
        Assert.Equal(1000, left.Statistics.Dropped["filtered"]);
        Assert.Equal(("right", 1000, 1000), (right.Name, right.Statistics.RxPackets, right.Statistics.TxPackets));
    }

    [Fact]
    public async Task The_host_stops_when_every_source_has_ended_if_asked_to()
    {
        await using var test = new TestHost(engine: engine => engine.ConfigureHost(host => host.StopHostWhenCompleted = true));
        Engine engine = test.Engine;
        await test.Host.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1000, engine.Statistics.TxPackets);
        Assert.Contains(test.Logs, log => log.Id.Id == 12);
    }

    [Fact]
    public async Task An_endless_source_is_stopped_and_drained_in_time()
    {
        await using var test = new TestHost(options => options.Ports[0] = "recording");
        await test.Host.StartAsync(TestContext.Current.CancellationToken);
        await TestHost.Until(() => test.Engine.Statistics.RxPackets > 100);
        await test.Host.StopAsync(TestContext.Current.CancellationToken);
        EngineStatistics end = test.Engine.Statistics;
        Assert.Equal(end.RxPackets, end.TxPackets);
        Assert.Equal(0, end.PoolInFlight);
        Assert.DoesNotContain(test.Logs, log => log.Level > LogLevel.Information);
    }

    [Fact]
    public async Task Draining_that_takes_too_long_is_cut_and_said()
    {
        await using var test = new TestHost(engine: engine => engine.ConfigureHost(host => host.DrainTimeout = TimeSpan.FromMilliseconds(50)));
        test.Driver.Holds = true;
        await test.Host.StartAsync(TestContext.Current.CancellationToken);
        await TestHost.Until(() => test.Engine.Statistics.RxPackets == 1000);
        await test.Host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(EngineState.Closed, test.Engine.State);
        Assert.Contains(test.Logs, log => log.Id.Id == 9 && log.Message.Contains("after 0.05 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_fails_to_start_closes_what_was_open()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        var driver = new RecordingDriver();
        builder.Services.AddPollMode("good", TestHost.Small).AddDriver(driver);
        builder.Services.AddPollMode("bad", options => options.Ports.Add("recording:rx=many"));
        IHost host = builder.Build();
        await Assert.ThrowsAsync<PollModeException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Engine good = host.Services.GetRequiredKeyedService<Engine>("good");
        Assert.Equal(EngineState.Opened, good.State);
        host.Dispose();
        Assert.Equal(EngineState.Closed, good.State);
        Assert.Equal("close", driver.Events.Last());
    }

    private sealed class Neighbour(RecordingDriver driver) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            // A worker that ran too early would have received by now.
            await Task.Delay(50, cancellationToken);
            driver.Note("neighbour starts");
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            driver.Note("neighbour stops");
            return Task.CompletedTask;
        }
    }
}
