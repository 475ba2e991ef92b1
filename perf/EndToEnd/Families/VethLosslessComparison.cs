using System.Diagnostics;

namespace PollMode.EndToEnd;

/// <summary>The highest load of which no frame in ten thousand is lost, received and dropped: found by halving a ladder of rates.</summary>
internal sealed record VethLosslessComparison(InterfaceDriver Driver) : IComparison
{
    private const double LowestRate = 50_000;
    private const double Step = 1.2;
    private const int Rungs = 28;
    private const double Tolerance = 1e-4;
    private const int TrialMilliseconds = 500;

    /// <summary>Trials of a rate before it counts as too high: a machine that others use takes the core away now and then, whoever is on it.</summary>
    private const int Trials = 5;

    private static readonly Tool[] NeedsTestpmd = [.. InterfaceDriver.Needs, Tool.Testpmd];

    public string Name => $"veth-lossless-{Driver.Name}";

    public string Summary => $"{Driver.Name}: the highest load of {InterfaceDriver.FrameBytes}-byte frames without loss";

    public Quantity Ranks => Quantity.PacketRate;

    public string? Caveat => "Trials of half a second on a ladder of rates a fifth apart, so that equal contenders may differ by a rung; a rate has passed when one of five trials lost no more than a frame in ten thousand. The frames come in bursts of 32.";

    public IReadOnlyList<Contender> Contenders =>
    [
        new("PollMode", InterfaceDriver.Needs, bench => Measure(bench, pair => Driver.StartPollMode(pair, bench, InterfaceWork.Drop))),
        new("testpmd", NeedsTestpmd, bench => Measure(bench, pair => Driver.StartTestpmd(pair, bench, InterfaceWork.Drop))),
    ];

    private Measurement Measure(Bench bench, Func<VethPair, ISubject> start)
    {
        using var pair = new VethPair();
        using ISubject subject = start(pair);
        Wire wire = Driver.WireOf(pair);
        _ = Try(bench, subject, wire, LowestRate);
        double best = 0;
        (int low, int high) = (0, Rungs);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Passed(bench, subject, wire, LowestRate * Math.Pow(Step, middle)) is { } rate)
            {
                best = Math.Max(best, rate);
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return best > 0 ? Measurement.Of((Quantity.PacketRate, best)) : throw new PollModeException($"Frames were lost even at {LowestRate / 1000:0} thousand a second.");
    }

    /// <summary>Tries a rate until a trial loses nothing.</summary>
    /// <returns>The rate that was really sent; null if every trial lost frames.</returns>
    private static double? Passed(Bench bench, ISubject subject, Wire wire, double wanted)
    {
        for (int trial = 0; trial < Trials; trial++)
        {
            (double rate, double loss) = Try(bench, subject, wire, wanted);
            if (loss <= Tolerance)
            {
                return rate;
            }
        }

        return null;
    }

    /// <summary>One trial.</summary>
    /// <returns>The rate that was really sent, and the part of it that was lost.</returns>
    private static (double Rate, double Loss) Try(Bench bench, ISubject subject, Wire wire, double rate)
    {
        bench.Stop.ThrowIfCancellationRequested();
        long before = subject.CountPackets();
        using var generator = new LiveFrames(wire, InterfaceDriver.FrameBytes, rate, bench.OtherCore);
        Thread.Sleep(TrialMilliseconds / 5);
        (long first, long start) = (generator.Sent, Stopwatch.GetTimestamp());
        Thread.Sleep(TrialMilliseconds);
        double reached = (generator.Sent - first) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        long sent = generator.Stop();
        Thread.Sleep(100);
        long received = subject.CountPackets() - before;
        return (reached, 1 - ((double)received / Math.Max(1, sent)));
    }
}
