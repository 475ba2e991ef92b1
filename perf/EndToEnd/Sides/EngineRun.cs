using System.Diagnostics;
using System.Globalization;
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
    /// <summary>What the line that answers <see cref="CountCommand"/> begins with.</summary>
    internal const string Counted = "counted ";

    /// <summary>What the line with figures begins with.</summary>
    internal const string Measured = "measured ";

    /// <summary>What is printed once the workers run.</summary>
    internal const string Ready = "workers run";

    /// <summary>Asks for the packets done so far.</summary>
    internal const string CountCommand = "count";

    /// <summary>Asks for a measurement; seconds of warm-up and of looking follow.</summary>
    internal const string MeasureCommand = "measure";

    /// <summary>Runs it.</summary>
    /// <param name="options">The engine's.</param>
    /// <param name="stages">Its stages, by name.</param>
    /// <param name="counts">What counts as a packet done.</param>
    /// <param name="warmUpSeconds">How long to wait before looking.</param>
    /// <param name="seconds">How long to look.</param>
    /// <param name="obeys">Whether to measure when told so on standard input, until that is closed, instead of once.</param>
    internal static int Run(EngineOptions options, IReadOnlyList<string> stages, string counts, int warmUpSeconds, int seconds, bool obeys)
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
        Console.WriteLine(Ready);
        if (obeys)
        {
            Obey(engine, counts);
        }
        else
        {
            Measure(engine, counts, warmUpSeconds, seconds);
        }

        engine.Stop(TimeSpan.FromMilliseconds(200));
        return 0;
    }

    private static void Obey(Engine engine, string counts)
    {
        while (Console.ReadLine() is { } line)
        {
            switch (line.Split(' '))
            {
                case [CountCommand]:
                    Console.WriteLine($"{Counted}{Packets(engine.Statistics, counts)}");
                    break;
                case [MeasureCommand, var warmUp, var seconds]:
                    Measure(engine, counts, int.Parse(warmUp, CultureInfo.InvariantCulture), int.Parse(seconds, CultureInfo.InvariantCulture));
                    break;
                default:
                    throw new PollModeException($"'{line}' is neither '{CountCommand}' nor '{MeasureCommand} WARM-UP SECONDS'.");
            }
        }
    }

    private static void Measure(Engine engine, string counts, int warmUpSeconds, int seconds)
    {
        Thread.Sleep(TimeSpan.FromSeconds(warmUpSeconds));
        Console.WriteLine(Measured + Look(engine, counts, seconds).ToLine());
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

    private static long Packets(EngineStatistics statistics, string counts) => counts.Split(':') switch
    {
        ["tx"] => statistics.TxPackets,
        ["rx"] => statistics.RxPackets,
        ["tx", var port] => statistics.Ports[int.Parse(port, CultureInfo.InvariantCulture)].TxPackets,
        ["rx", var port] => statistics.Ports[int.Parse(port, CultureInfo.InvariantCulture)].RxPackets,
        _ => statistics.Ports.SelectMany(port => port.Extended).Where(counter => counter.Name == counts).Sum(counter => counter.Value),
    };

    private static long Lost(EngineStatistics statistics) => statistics.Ports.SelectMany(port => port.Receive).Sum(queue => queue.Dropped);

    /// <summary>Bytes that other threads than this one, which makes the statistics, have allocated so far.</summary>
    private static long AllocatedByOthers() => GC.GetTotalAllocatedBytes(precise: true) - GC.GetAllocatedBytesForCurrentThread();
}
