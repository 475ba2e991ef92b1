using System.Diagnostics;
using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>Sends a capture. Its packets carry no signatures, so that only counts and rates are known, of what came back, too.</summary>
internal static class ReplayCommand
{
    private const int SourcePort = 0;
    private const int SendingPort = 1;

    public static ExitCode Run(GeneratorOptions options, StopSignals stop)
    {
        // What is received is dropped by the engine, and counted by its port.
        bool receivesApart = options.RxPort != null && options.RxPort != options.TxPort;
        using var engine = new Engine(
            new EngineOptions
            {
                Name = "packetgen",
                Ports = receivesApart ? [options.ReplaySource, options.TxPort!, options.RxPort!] : [options.ReplaySource, options.TxPort!],
                Egress = receivesApart ? [SendingPort, Burst.NoPort, Burst.NoPort] : [SendingPort, Burst.NoPort],
                BurstSize = options.Burst,
                Cores = options.Cores,
                Workers = options.Cores.Length > 0 ? 0 : 1,
                Idle = options.Idle,
                SendRetries = 1_000_000,
            },
            Drivers.With(new TrafficDriver()),
            null,
            new StartupReport(options.IsQuiet ? TextWriter.Null : Console.Out));
        engine.Open();
        long start = Stopwatch.GetTimestamp();
        engine.Start();
        while (!stop.Wait(TimeSpan.FromMilliseconds(5)) && !engine.Completion.IsCompleted && !HasSentAll(engine))
        {
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        int receiver = receivesApart ? SendingPort + 1 : SendingPort;
        if (options.RxPort != null && !engine.Completion.IsCompleted)
        {
            Settle(engine, receiver, options.Settle);
        }

        string? fault = engine.Completion.Exception?.InnerException?.Message;
        engine.Stop(TimeSpan.FromSeconds(2));
        engine.Dispose();
        EngineStatistics statistics = engine.Statistics;
        TrafficResult result = Result(statistics, options.RxPort == null ? null : receiver, elapsed, !stop.IsAsked);
        long lag = statistics.Ports[SourcePort].Extended.FirstOrDefault(counter => counter.Name == "pace_largest_lag_ns").Value;
        RunReport report = RunReport.For(options, stop.IsAsked) with
        {
            Plan = [options.ReplaySource],
            Audit = [.. Audit.Counts(result), $"Largest lag behind the pace {TimeText.Format(lag)}."],
        };
        return ReportWriter.Write(report.With(result, options.Expectations), options, fault);
    }

    private static TrafficResult Result(EngineStatistics statistics, int? receiver, TimeSpan elapsed, bool isSent)
    {
        PortStatistics from = statistics.Ports[SourcePort];
        PortStatistics? back = receiver is { } index ? statistics.Ports[index] : null;
        var latency = TimeSummary.Of(new LogLinearHistogram());
        return new TrafficResult
        {
            IsSent = isSent,
            ElapsedNanoseconds = (long)(elapsed.TotalMilliseconds * 1e6),
            PortPackets = statistics.Ports[SendingPort].TxPackets,
            ReceiverDropped = back?.Receive.Sum(queue => queue.Dropped),
            Latency = latency,
            Streams =
            [
                new StreamResult
                {
                    Name = "capture",
                    Sent = from.RxPackets,
                    SentBytes = from.RxBytes + (from.RxPackets * EthernetWire.FcsBytes),
                    Received = back?.RxPackets ?? 0,
                    ReceivedBytes = back == null ? 0 : back.RxBytes + (back.RxPackets * EthernetWire.FcsBytes),
                    Lost = back == null ? 0 : Math.Max(0, from.RxPackets - back.RxPackets),
                    Latency = latency,
                },
            ],
        };
    }

    /// <summary>The sending port may be live for ever; the capture is not.</summary>
    private static bool HasSentAll(Engine engine) => engine.Statistics.Ports[SourcePort].Extended.Any(counter => counter is { Name: "pace_ended", Value: 1 });

    /// <summary>Waits until as much has come as was sent, or nothing more comes.</summary>
    private static void Settle(Engine engine, int receiver, TimeSpan settle)
    {
        long seen = -1;
        long quietSince = Environment.TickCount64;
        while (Environment.TickCount64 - quietSince < settle.TotalMilliseconds)
        {
            EngineStatistics now = engine.Statistics;
            long received = now.Ports[receiver].RxPackets;
            if (received >= now.Ports[SourcePort].RxPackets)
            {
                return;
            }

            quietSince = received != seen ? Environment.TickCount64 : quietSince;
            seen = received;
            Thread.Sleep(5);
        }
    }
}
