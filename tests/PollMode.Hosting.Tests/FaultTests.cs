using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace PollMode.Hosting.Tests;

public sealed class FaultTests
{
    private const int ExitCode = 17;

    [Fact]
    public async Task A_worker_that_dies_stops_the_host_with_an_exit_code()
    {
        int before = Environment.ExitCode;
        try
        {
            await using var test = new TestHost(
                options => options.StageFaults = StageFaultPolicy.StopWorker,
                engine => engine.UsePipeline(pipeline => pipeline.Use<ThrowingStage>()).ConfigureHost(host => host.FaultExitCode = ExitCode));
            Engine engine = test.Engine;
            await test.Host.RunAsync(TestContext.Current.CancellationToken);

            Assert.Equal(ExitCode, Environment.ExitCode);
            Assert.Contains(test.Logs, log => log.Id.Id == 6 && log.Level == LogLevel.Critical && log.Exception!.Message.Contains("enough of this", StringComparison.Ordinal));
            Assert.Contains(test.Logs, log => log.Id.Id == 13);
            Assert.Equal(0, engine.Statistics.PoolInFlight);
        }
        finally
        {
            Environment.ExitCode = before;
        }
    }

    [Fact]
    public async Task A_worker_that_dies_is_unhealthy_and_the_host_goes_on_if_asked_to()
    {
        await using var test = new TestHost(
            options => options.StageFaults = StageFaultPolicy.StopWorker,
            engine => engine.UsePipeline(pipeline => pipeline.Use<ThrowingStage>()).ConfigureHost(host => host.StopHostOnFault = false));
        await test.Host.StartAsync(TestContext.Current.CancellationToken);
        await TestHost.Until(() => test.Logs.Any(log => log.Id.Id == 6));

        HealthReport report = await test.Host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Equal("Worker 0 has ended: Faulted.", report.Entries["pollmode-pollmode"].Description);
        Assert.False(test.Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task A_stage_that_throws_costs_its_bursts_and_is_logged()
    {
        await using var test = new TestHost(engine: engine => engine.UsePipeline(pipeline => pipeline.Use<ThrowingStage>()));
        await test.Host.StartAsync(TestContext.Current.CancellationToken);
        await test.Engine.Completion.WaitAsync(TestContext.Current.CancellationToken);
        await test.Host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1000, test.Engine.Statistics.Dropped["stage_fault"]);
        Assert.Contains(test.Logs, log => log.Id.Id == 5 && log.Exception is NotSupportedException);
    }

    [Fact]
    public async Task Buffers_that_somebody_holds_at_the_end_are_reported()
    {
        var kept = new List<DetachedPacket>();
        await using var test = new TestHost(
            options => options.Ports[0] = "recording:rx=5",
            engine => engine.UsePipeline(pipeline => pipeline.Use(() => new KeepingStage(kept))));
        await test.Host.StartAsync(TestContext.Current.CancellationToken);
        await test.Engine.Completion.WaitAsync(TestContext.Current.CancellationToken);
        await test.Host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(5, kept.Count);
        Assert.Contains(test.Logs, log => log.Id.Id == 10 && log.Level == LogLevel.Warning
            && log.Message.Contains("5 buffer(s)", StringComparison.Ordinal) && log.Message.Contains("64 bytes from port 0", StringComparison.Ordinal));
        kept.ForEach(packet => Assert.Equal(64, packet.Memory.Span.Length));
        kept.ForEach(packet => packet.Dispose());
    }

    private sealed class ThrowingStage : IStage
    {
        public void Process(ref Burst burst) => throw new NotSupportedException("enough of this");
    }

    private sealed class KeepingStage(List<DetachedPacket> kept) : IStage
    {
        public void Process(ref Burst burst)
        {
            for (int i = 0; i < burst.Count; i++)
            {
                kept.Add(burst.Take(i).Detach());
            }
        }
    }
}
