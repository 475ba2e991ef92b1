using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PollMode.Examples.Isolated;
using PollMode.Hosting;
using PollMode.Isolation;
using PollMode.Isolation.Hosting;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>One configuration in the generic host, and a switch: the same ports, health, metrics, logs and end wherever the data plane runs.</summary>
[Collection(typeof(IsolationCollection))]
public sealed class HostedTests(PublishedApp published)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(IsolationMode.None)]
    [InlineData(IsolationMode.Process)]
    [InlineData(IsolationMode.Library)]
    public async Task TheHostSeesTheSameEngineEverywhere(IsolationMode mode)
    {
        var log = new LineLog();
        using IHost host = HostOf(mode, log, ("Ports:0", "gen:size=64,flows=1"));
        await host.StartAsync(Cancelled);
        var engine = host.Services.GetRequiredService<DataPlaneEngine>();
        Assert.Same(engine, host.Services.GetRequiredKeyedService<IEngine>("pollmode"));
        Assert.Contains("ask for IEngine, or for DataPlaneEngine", Assert.Throws<InvalidOperationException>(host.Services.GetRequiredService<Engine>).Message, StringComparison.Ordinal);
        engine.OpenLink("questions");
        while (engine.Statistics.TxPackets < 10_000)
        {
            await Task.Delay(1, Cancelled);
        }

        HealthReport health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancelled);
        Assert.Equal((HealthStatus.Healthy, "1 worker(s) turn."), (health.Status, health.Entries["pollmode-pollmode"].Description));
        Dictionary<string, long> packets = Collect(EngineMetrics.PacketCount);
        Assert.True(packets["gen:size=64,flows=1 receive"] >= 10_000 && packets["null:rx=0 transmit"] >= 10_000);
        Assert.Contains(Collect(EngineMetrics.StallCount).Keys, key => key.StartsWith("0 ", StringComparison.Ordinal));

        await host.StopAsync(Cancelled);
        Assert.Equal((EngineState.Closed, 0), (engine.State, engine.Statistics.PoolInFlight));
        Assert.Equal(engine.Statistics.RxPackets, engine.Statistics.TxPackets + engine.Statistics.Dropped.Values.Sum());
        Assert.Contains("pollmode: port 0 is gen:size=64,flows=1: 1 receive", log.Text, StringComparison.Ordinal);
        Assert.Contains("pollmode: worker 0 on any core polls", log.Text, StringComparison.Ordinal);
        Assert.Contains($"pollmode: stopped after {engine.Statistics.RxPackets} packets received", log.Text, StringComparison.Ordinal);
        Assert.Empty(Collect(EngineMetrics.PacketCount));
    }

    [Theory]
    [InlineData(IsolationMode.None)]
    [InlineData(IsolationMode.Process)]
    [InlineData(IsolationMode.Library)]
    public async Task AFaultInsideStopsTheHost(IsolationMode mode)
    {
        var log = new LineLog();
        using IHost host = HostOf(mode, log, ("Ports:2", "null"), ("FaultExitCode", "0"));
        await host.StartAsync(Cancelled);
        await host.WaitForShutdownAsync(Cancelled).WaitAsync(Planes.Patience, Cancelled);
        Assert.Contains("worker 0 has ended because of a fault", log.Text, StringComparison.Ordinal);
        Assert.Contains("none of the ports is one; add it", log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACompanionThatDiesStopsTheHost()
    {
        var log = new LineLog();
        int[] before = Companions.Of(published);
        using IHost host = HostOf(IsolationMode.Process, log, ("FaultExitCode", "0"));
        await host.StartAsync(Cancelled);
        var engine = host.Services.GetRequiredService<DataPlaneEngine>();
        await Companions.Signal(Companions.New(published, before), "KILL");
        await host.WaitForShutdownAsync(Cancelled).WaitAsync(Planes.Patience, Cancelled);
        Assert.Contains("the process that the engine lived in has ended by itself", log.Text, StringComparison.Ordinal);
        Assert.Equal(EngineState.Closed, engine.State);
    }

    [Fact]
    public async Task WrongConfigurationStopsTheHostWithASentence()
    {
        Assert.Contains("Isolation has no key 'Mod'; it knows Mode, Path", await Refused<OptionsValidationException>(("Isolation:Mod", "Library")), StringComparison.Ordinal);
        Assert.Contains("The modes are None, Library, Process", await Refused<PollModeException>(("Isolation:Mode", "Libary")), StringComparison.Ordinal);
        Assert.Contains("'dotnet publish' of the app makes it", await Refused<PollModeException>(("Isolation:Mode", "Library"), ("Isolation:Path", "/nowhere/plane.so")), StringComparison.Ordinal);
        Assert.Contains("move those of UsePipeline there", await Refused<PollModeException>(engine => engine.UsePipeline(pipeline => pipeline.Use<MacSwapStage>())), StringComparison.Ordinal);
        Assert.Contains("no key 'Isolated'; it knows", await Refused<OptionsValidationException>(("Isolated", "yes")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(IsolationMode.None, "in the app's runtime")]
    [InlineData(IsolationMode.Process, "in a process of")]
    [InlineData(IsolationMode.Library, "in the library")]
    public async Task TheExampleRunsAsItsReadmeSays(IsolationMode mode, string where)
    {
        using Run run = await Run.Start(published.App, [$"--PollMode:Isolation:Mode={mode}", "--Seconds=1", "--Allocate=light"]).End();
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains($"the data plane ran {where}", run.Output, StringComparison.Ordinal);
        Assert.Contains("asks with one frame of 100000", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\n0 questions answered", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("tap 'samples': 0 frames", run.Output, StringComparison.Ordinal);
        Assert.Contains(" 0 dropped", run.Output, StringComparison.Ordinal);
    }

    private static Dictionary<string, long> Collect(string instrument)
    {
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (published, listener) =>
            {
                if (published.Meter.Name == EngineMetrics.MeterName && published.Name == instrument)
                {
                    listener.EnableMeasurementEvents(published);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            Dictionary<string, object?> all = tags.ToArray().ToDictionary(StringComparer.Ordinal);
            string key = all.TryGetValue(EngineMetrics.InterfaceTag, out object? port) ? $"{port} {all[EngineMetrics.DirectionTag]}" : $"{all[EngineMetrics.WorkerTag]} {all[EngineMetrics.CauseTag]}";
            found[key] = value;
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return found;
    }

    private static async Task<string> Refused<T>(Action<PollModeBuilder> change)
        where T : Exception => (await Assert.ThrowsAsync<T>(async () =>
        {
            using IHost host = new HostedTests(null!).HostOf(IsolationMode.None, new LineLog(), change);
            await host.StartAsync(Cancelled);
        })).Message;

    private static Task<string> Refused<T>(params (string Key, string Value)[] settings)
        where T : Exception => Refused<T>(engine => Set(engine, settings));

    private static void Set(PollModeBuilder engine, (string Key, string Value)[] settings)
    {
        foreach ((string key, string value) in settings)
        {
            engine.Section![key] = value;
        }
    }

    private IHost HostOf(IsolationMode mode, LineLog log, params (string Key, string Value)[] settings) => HostOf(mode, log, engine => Set(engine, settings));

    private IHost HostOf(IsolationMode mode, LineLog log, Action<PollModeBuilder> change)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["PollMode:Ports:0"] = "gen:size=64,flows=1",
            ["PollMode:Ports:1"] = "null:rx=0",
            ["PollMode:Ports:2"] = "app:questions",
            ["PollMode:Egress:0"] = "1",
            ["PollMode:Egress:1"] = "-1",
            ["PollMode:Egress:2"] = "1",
            ["PollMode:Workers"] = "1",
            ["PollMode:LargestPages"] = "Small4KiB",
            ["PollMode:Isolation:Mode"] = $"{mode}",
            ["PollMode:Isolation:Path"] = mode switch
            {
                IsolationMode.Library => published.Library,
                IsolationMode.Process => published.Program,
                _ => string.Empty,
            },
        });
        builder.Logging.AddProvider(log);
        PollModeBuilder engine = builder.Services.AddPollMode(builder.Configuration.GetSection("PollMode")).UseDataPlane<Plane>();
        change(engine);
        return builder.Build();
    }
}
