using Xunit;
using static PollMode.Drivers.Software.Tests.Pcap.CaptureFiles;

namespace PollMode.Drivers.Software.Tests.Pcap;

public sealed class PcapEngineTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_engine_carries_a_capture_to_another_and_ends_by_itself(int sources)
    {
        using var scratch = new Scratch();
        string sink = $"pcap:,tx={scratch["out.pcapng"]}";
        var options = new EngineOptions
        {
            Ports = [.. Enumerable.Repeat($"pcap:{Recorded("mixed-ns.pcap")}", sources), sink],
            Egress = [.. Enumerable.Repeat(sources, sources + 1)],
            Workers = Math.Min(2, sources),
            SendRetries = 1_000_000,
            LargestPages = PageKind.Small4KiB,
        };
        using (var engine = new Engine(options, new DriverRegistry().Add(new PcapDriver())))
        {
            engine.Open();
            engine.Start();
            await engine.Completion.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
            Assert.True(engine.Stop(TimeSpan.FromSeconds(60)));
            engine.Dispose();
            Assert.Equal(sources * MixedFrames, engine.Statistics.Ports[sources].Extended.Single(counter => counter.Name == "written").Value);
            Assert.All(engine.Statistics.Workers, worker => Assert.Empty(worker.Dropped));
            Assert.Equal(0, engine.Statistics.Pools.Sum(pool => pool.InFlight));
        }

        List<SeenFrame> seen = PcapBench.ReadAll(scratch["out.pcapng"]);
        Assert.Equal(sources * MixedFrames, seen.Count);
        if (sources == 1)
        {
            Assert.Equal(PcapBench.ReadAll(Recorded("mixed-ns.pcap")), seen);
        }
    }
}
