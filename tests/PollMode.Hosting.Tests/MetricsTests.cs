using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Xunit;

namespace PollMode.Hosting.Tests;

public sealed class MetricsTests
{
    [Fact]
    public async Task Instruments_show_what_the_engine_counted()
    {
        await using var test = new TestHost(engine: engine => engine.UsePipeline(pipeline => pipeline.Use(() => new EverySecond())));
        var factory = test.Host.Services.GetRequiredService<IMeterFactory>();
        await test.Host.StartAsync(TestContext.Current.CancellationToken);
        await test.Engine.Completion.WaitAsync(TestContext.Current.CancellationToken);

        Dictionary<string, long> packets = Collect<long>(factory, EngineMetrics.PacketCount, EngineMetrics.DirectionTag);
        Assert.Equal((1000, 500), (packets["receive"], packets["transmit"]));
        Dictionary<string, long> bytes = Collect<long>(factory, EngineMetrics.NetworkIo, EngineMetrics.DirectionTag);
        Assert.Equal((64000, 32000), (bytes["receive"], bytes["transmit"]));
        Dictionary<string, long> drops = Collect<long>(factory, EngineMetrics.PacketDropped, EngineMetrics.ReasonTag);
        Assert.Equal((500, 0), (drops["filtered"], drops["device"]));
        Dictionary<string, long> polls = Collect<long>(factory, EngineMetrics.PollCount, EngineMetrics.ResultTag);
        Assert.True(polls["busy"] >= 16 && polls["empty"] > 0);
        Assert.InRange(Collect<double>(factory, EngineMetrics.BurstSize, EngineMetrics.WorkerTag)["0"], 1, 64);
        Assert.Equal(0, Collect<long>(factory, EngineMetrics.FaultCount, EngineMetrics.WorkerTag)["0"]);
        Assert.Equal(["collection", "other", "page_fault", "preemption", "stage"], Collect<long>(factory, EngineMetrics.StallCount, EngineMetrics.CauseTag).Keys.Order());
        Assert.Equal(0, Collect<long>(factory, EngineMetrics.StallDropped, EngineMetrics.WorkerTag)["0"]);
        long capacity = test.Engine.Statistics.PoolCapacity;
        Assert.True(capacity >= 1024);
        Assert.Equal(capacity, Collect<long>(factory, EngineMetrics.BufferLimit, EngineMetrics.PoolTag)["0"]);
        Dictionary<string, long> buffers = Collect<long>(factory, EngineMetrics.BufferUsage, EngineMetrics.StateTag);
        Assert.Equal(["cached", "free", "in_use"], buffers.Keys.Order());
        Assert.Equal((capacity, 0), (buffers.Values.Sum(), buffers["in_use"]));
        Assert.Equal(0, Collect<long>(factory, EngineMetrics.RentFailed, EngineMetrics.PoolTag)["0"]);
        Assert.Equal(0, Collect<long>(factory, EngineMetrics.GrowthHeldBack, EngineMetrics.PoolTag)["0"]);
        Assert.Equal(0, Collect<long>(factory, EngineMetrics.SlabChanges, EngineMetrics.ChangeTag)["set_free"]);
        Assert.Equal(1, Collect<int>(factory, EngineMetrics.LinkUp, EngineMetrics.InterfaceTag)["recording:rx=1000"]);
    }

    [Fact]
    public async Task Engines_are_told_apart_and_vanish_when_closed()
    {
        await using var test = new TestHost(services: services => services.AddPollMode("second", TestHost.Small));
        var factory = test.Host.Services.GetRequiredService<IMeterFactory>();
        await test.Host.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["pollmode", "second"], Collect<long>(factory, EngineMetrics.BufferLimit, EngineMetrics.EngineTag).Keys.Order());
        await test.Host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Empty(Collect<long>(factory, EngineMetrics.BufferLimit, EngineMetrics.EngineTag));
    }

    private static Dictionary<string, T> Collect<T>(IMeterFactory factory, string instrument, string tag)
        where T : struct
    {
        using var collector = new MetricCollector<T>(factory, EngineMetrics.MeterName, instrument);
        collector.RecordObservableInstruments();
        return collector.GetMeasurementSnapshot()
            .Where(measurement => measurement.Tags.ContainsKey(tag))
            .GroupBy(measurement => $"{measurement.Tags[tag]}", StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.Ordinal);
    }

    private sealed class EverySecond : IStage
    {
        private long _count;

        public void Process(ref Burst burst)
        {
            for (int i = 0; i < burst.Count; i++)
            {
                if (_count++ % 2 == 0)
                {
                    burst.Drop(i, DropReason.Filtered);
                }
            }
        }
    }
}
