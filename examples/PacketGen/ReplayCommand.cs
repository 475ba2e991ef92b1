using System.Diagnostics;
using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>Sends a capture. Its packets carry no signatures, so that only counts and rates are known.</summary>
internal static class ReplayCommand
{
    public static ExitCode Run(GeneratorOptions options, string source, StopSignals stop)
    {
        if (options.TxPort == null)
        {
            throw new PollModeException("A replay sends, so it has no --rx-only; name the port by --port or --tx.");
        }

        using var engine = new Engine(
            new EngineOptions
            {
                Name = "packetgen",
                Ports = [source, options.TxPort],
                Egress = [1, Burst.NoPort],
                BurstSize = options.Burst,
                Cores = options.Cores,
                Workers = 1,
                Idle = options.Idle,
                SendRetries = 20_000,
            },
            Drivers.With(new TrafficDriver()));
        engine.Open();
        long start = Stopwatch.GetTimestamp();
        engine.Start();
        while (!stop.Wait(TimeSpan.FromMilliseconds(5)) && !engine.Completion.IsCompleted && !HasSentAll(engine))
        {
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        engine.Stop(TimeSpan.FromSeconds(2));
        string? fault = engine.Completion.Exception?.InnerException?.Message;
        engine.Dispose();
        EngineStatistics statistics = engine.Statistics;
        PortStatistics from = statistics.Ports[0];
        var empty = TimeSummary.Of(new LogLinearHistogram());
        var result = new TrafficResult
        {
            IsSent = !stop.IsAsked,
            ElapsedNanoseconds = (long)(elapsed.TotalMilliseconds * 1e6),
            PortPackets = statistics.Ports[1].TxPackets,
            Latency = empty,
            Streams = [new StreamResult { Name = "capture", Sent = from.RxPackets, SentBytes = from.RxBytes + (from.RxPackets * EthernetWire.FcsBytes), Latency = empty }],
        };
        var report = new RunReport
        {
            Command = options.Command,
            TxPort = options.TxPort,
            RxPort = string.Empty,
            Plan = [source],
            Interrupted = stop.IsAsked,
            Audit = [.. Audit.Of(result).Skip(1), $"Largest lag behind the pace {TimeText.Format(from.Extended.FirstOrDefault(counter => counter.Name == "pace_largest_lag_ns").Value)}."],
            Result = result,
            Expectations = [.. options.Expectations.Select(expectation => new ExpectationReport(expectation.Text, expectation.Holds(result)))],
        };
        if (fault != null)
        {
            Console.Error.WriteLine(fault);
        }

        ReportWriter.Write(report, options);
        return fault != null ? ExitCode.RunFault : report.IsAsExpected ? ExitCode.Done : ExitCode.NotAsExpected;
    }

    /// <summary>The sending port may be live for ever; the capture is not.</summary>
    private static bool HasSentAll(Engine engine) => engine.Ports.Count > 0 && engine.Statistics.Ports[0].Extended.Any(counter => counter is { Name: "pace_ended", Value: 1 });
}
