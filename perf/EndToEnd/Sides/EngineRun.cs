using System.Diagnostics;
using PollMode.Drivers.AfPacket;
using PollMode.Drivers.AfXdp;
using PollMode.Drivers.Memif;
using PollMode.Drivers.Software;
using PollMode.Drivers.Tap;
using PollMode.Drivers.Traffic;

namespace PollMode.EndToEnd;

/// <summary>The inside of an <see cref="EngineProcess"/>: opens an engine, lets it run warm, looks at its counters once a second, prints what it saw.</summary>
internal static class EngineRun
{
    internal static int Run(EngineOptions options, IReadOnlyList<string> stages, string counts, int warmUpSeconds, int seconds)
    {
        DriverRegistry drivers = new DriverRegistry()
            .AddSoftwareDrivers()
            .AddTrafficDrivers()
            .Add(new AfPacketDriver())
            .Add(new AfXdpDriver())
            .Add(new MemifDriver())
            .Add(new TapDriver());
        using var engine = new Engine(options, drivers, pipeline => EngineStages.Add(pipeline, stages));
        engine.Open();
        foreach (string line in engine.Ports.SelectMany(port => port.Report))
        {
            Console.WriteLine(line);
        }

        engine.Start();
        Console.WriteLine(EngineProcess.Ready);
        Thread.Sleep(TimeSpan.FromSeconds(warmUpSeconds));
        Measurement measured = Look(engine, counts, seconds);
        Console.WriteLine(EngineProcess.Measured + measured.ToLine());
        engine.Stop(TimeSpan.FromMilliseconds(200));
        return 0;
    }

    private static Measurement Look(Engine engine, string counts, int seconds)
    {
        var rates = new List<double>();
        double cpu = CpuTime.NanosecondsOf(Environment.ProcessId);
        long allocated = AllocatedByOthers();
        EngineStatistics first = engine.Statistics;
        long before = Packets(first, counts);
        long done = before;
        long looked = Stopwatch.GetTimestamp();
        for (int second = 0; second < seconds; second++)
        {
            Thread.Sleep(1000);
            long packets = Packets(engine.Statistics, counts);
            long now = Stopwatch.GetTimestamp();
            rates.Add((packets - done) / Stopwatch.GetElapsedTime(looked, now).TotalSeconds);
            done = packets;
            looked = now;
        }

        EngineStatistics last = engine.Statistics;
        allocated = AllocatedByOthers() - allocated;
        cpu = CpuTime.NanosecondsOf(Environment.ProcessId) - cpu;
        double lost = Lost(last) - Lost(first);
        double received = last.RxPackets - first.RxPackets;
        return Measurement.Of(
            (Quantity.PacketRate, Spread.Of(rates).Median),
            (Quantity.CpuTime, cpu / Math.Max(1, done - before)),
            (Quantity.Loss, lost / Math.Max(1, received + lost)),
            (Quantity.Allocated, allocated));
    }

    private static long Packets(EngineStatistics statistics, string counts) => counts switch
    {
        "tx" => statistics.TxPackets,
        "rx" => statistics.RxPackets,
        _ => statistics.Ports.SelectMany(port => port.Extended).Where(counter => counter.Name == counts).Sum(counter => counter.Value),
    };

    private static long Lost(EngineStatistics statistics) => statistics.Ports.SelectMany(port => port.Receive).Sum(queue => queue.Dropped);

    /// <summary>Bytes that other threads than this one, which makes the statistics, have allocated so far.</summary>
    private static long AllocatedByOthers() => GC.GetTotalAllocatedBytes(precise: true) - GC.GetAllocatedBytesForCurrentThread();
}
