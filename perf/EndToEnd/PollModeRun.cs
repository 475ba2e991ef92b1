using System.Diagnostics;
using System.Globalization;
using PollMode.Drivers.Software;

namespace PollMode.EndToEnd;

/// <summary>PollMode's side of a comparison: an engine with one worker on one core, in a process of its own.</summary>
internal static class PollModeRun
{
    private const int WarmUpSeconds = 2;

    internal static int Run(string[] ports, string mode, int burst, int seconds, int cpu, int bufferBytes)
    {
        var options = new EngineOptions { BurstSize = burst, Cores = cpu.ToString(CultureInfo.InvariantCulture), Idle = IdleKind.BusySpin, BufferBytes = bufferBytes };
        foreach (string port in ports)
        {
            options.Ports.Add(port);
        }

        var drivers = new DriverRegistry().Add(new NullDriver());
        using var engine = new Engine(options, drivers, pipeline => AddStages(pipeline, mode));
        engine.Open();
        engine.Start();
        Thread.Sleep(TimeSpan.FromSeconds(WarmUpSeconds));
        long allocatedBefore = GC.GetTotalAllocatedBytes();
        var rates = new List<double>();
        for (int second = 0; second < seconds; second++)
        {
            long packets = engine.Statistics.TxPackets;
            long start = Stopwatch.GetTimestamp();
            Thread.Sleep(1000);
            rates.Add((engine.Statistics.TxPackets - packets) / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e6);
        }

        engine.Stop(TimeSpan.FromSeconds(1));
        Console.WriteLine(FormattableString.Invariant($"mpps {Spread.Of(rates).Median:0.000}"));
        Console.WriteLine($"allocated {GC.GetTotalAllocatedBytes() - allocatedBefore} bytes, by the statistics alone");
        return 0;
    }

    private static void AddStages(PipelineBuilder pipeline, string mode)
    {
        if (mode == "mac-swap")
        {
            pipeline.Use<MacSwapStage>();
        }
        else if (mode != "io")
        {
            throw new PollModeException($"There is no mode '{mode}'; choose io or mac-swap.");
        }
    }
}
