namespace PollMode.Drivers.Traffic;

/// <summary>The benchmarks of RFC 2544, section 26: throughput, latency, frame loss rate, back-to-back frames. One object serves all sizes.</summary>
public sealed class Rfc2544Benchmark
{
    /// <summary>Part of a rate that a sender must achieve for another attempt to be worth its time.</summary>
    private const double NearEnough = 0.9;

    /// <summary>A lump may cost a device each of its packets, and as many right behind that find its queue still full.</summary>
    private const int LostForEachLumped = 2;

    private readonly ITrialRunner _runner;
    private readonly BenchmarkOptions _options;
    private readonly Action<BenchmarkStep>? _progress;

    /// <summary>Makes the benchmarks.</summary>
    /// <param name="runner">Carries out the trials.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Hears of each trial; may be null.</param>
    /// <exception cref="PollModeException">An option is out of range.</exception>
    public Rfc2544Benchmark(ITrialRunner runner, BenchmarkOptions options, Action<BenchmarkStep>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _runner = runner;
        _options = options;
        _progress = progress;
    }

    /// <summary>Section 26.1: the fastest rate at which no more is lost than the options allow.</summary>
    public ThroughputResult Throughput(FrameSizes sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        var search = new RateSearch(_options.Resolution, _options.Confirmations);
        int trials = 0;
        bool limitedBySender = false;
        TrafficResult? best = null;
        while (search.Next is { } part)
        {
            TrialVerdict verdict = Try("throughput", sizes, part, out TrafficResult result);
            trials++;
            if (verdict == TrialVerdict.Passed)
            {
                best = result;
            }
            else
            {
                limitedBySender = verdict == TrialVerdict.Invalid;
            }

            search.Note(verdict == TrialVerdict.Passed);
        }

        Rate? found = best == null ? null : _options.Highest.Times(search.Passed);
        return new ThroughputResult
        {
            Size = sizes.ToString(),
            LossTolerance = _options.LossTolerance,
            Rate = found?.ToString(),
            PacketsPerSecond = found?.PacketsPerSecond(sizes.Mean) ?? 0,
            FrameBitsPerSecond = (found?.PacketsPerSecond(sizes.Mean) ?? 0) * sizes.Mean * 8,
            PercentOfHighest = search.Passed * 100,
            LossRatio = best?.LossRatio ?? 0,
            Latency = best?.Latency,
            LimitedBySender = limitedBySender && search.Passed < 1,
            Trials = trials,
        };
    }

    /// <summary>Section 26.2: latency at a throughput that was found, of every packet, once for each repetition.</summary>
    public IReadOnlyList<TimeSummary> Latency(FrameSizes sizes, ThroughputResult throughput)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(throughput);
        var latencies = new List<TimeSummary>();
        for (int i = 0; i < _options.Repetitions && throughput.Rate != null; i++)
        {
            Try("latency", sizes, throughput.PercentOfHighest / 100, out TrafficResult result);
            latencies.Add(result.Latency);
        }

        return latencies;
    }

    /// <summary>Section 26.3: loss at the highest rate and in steps of a tenth below, until two trials in a row lose nothing.</summary>
    public IReadOnlyList<LossPoint> FrameLoss(FrameSizes sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        var points = new List<LossPoint>();
        for (int tenths = 10; tenths > 0; tenths--)
        {
            TrialVerdict verdict = Try("loss", sizes, tenths / 10.0, out TrafficResult result);
            points.Add(new LossPoint(tenths * 10, result.PacketsPerSecond, result.LossRatio, verdict != TrialVerdict.Invalid));
            if (points.Count >= 2 && points[^1].LossRatio == 0 && points[^2].LossRatio == 0)
            {
                break;
            }
        }

        return points;
    }

    /// <summary>Section 26.4: the longest burst at the highest rate of which nothing is lost.</summary>
    public BackToBackResult BackToBack(FrameSizes sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        long longest = Math.Max(2, (long)(_options.Highest.PacketsPerSecond(sizes.Mean) * _options.LongestBurstNanoseconds / 1e9));
        double sum = 0;
        bool limitedBySender = false;
        for (int i = 0; i < _options.Repetitions; i++)
        {
            sum += LongestBurst(sizes, longest, out bool isLimited);
            limitedBySender |= isLimited;
        }

        return new BackToBackResult(sum / _options.Repetitions, limitedBySender);
    }

    private long LongestBurst(FrameSizes sizes, long longest, out bool limitedBySender)
    {
        limitedBySender = false;
        long passed = 0;
        long failed = longest + 1;
        for (long packets = longest; failed - passed > 1; packets = passed + ((failed - passed) / 2))
        {
            TrialVerdict verdict = Attempt("back-to-back", $"{packets} packets", new TrialRequest(sizes, _options.Highest, 0, packets), 0, out _);
            if (verdict == TrialVerdict.Passed)
            {
                passed = packets;
            }
            else
            {
                failed = packets;
                limitedBySender = verdict == TrialVerdict.Invalid;
            }
        }

        return passed;
    }

    private TrialVerdict Try(string test, FrameSizes sizes, double part, out TrafficResult result)
    {
        Rate rate = _options.Highest.Times(part);
        return Attempt(test, rate.ToString(), new TrialRequest(sizes, rate, _options.TrialNanoseconds, 0), _options.LossTolerance, out result);
    }

    /// <summary>Carries out a trial, again if it says nothing and another attempt may say more.</summary>
    private TrialVerdict Attempt(string test, string offered, TrialRequest request, double tolerance, out TrafficResult result)
    {
        for (int attempt = 1; ; attempt++)
        {
            result = _runner.Run(request);
            TrialVerdict verdict = Judge(result, tolerance);
            _progress?.Invoke(new BenchmarkStep(test, request.Sizes.ToString(), offered, result.LossRatio, verdict, result.KeptUp));
            bool isHopeless = result.PacketsPerSecond < result.AskedPacketsPerSecond * NearEnough;
            if (verdict != TrialVerdict.Invalid || attempt >= _options.Attempts || isHopeless)
            {
                return verdict;
            }
        }
    }

    /// <summary>
    /// A device that loses nothing has passed, however unevenly the rate was achieved. One that loses is to blame for what neither the
    /// receiver lost itself nor a lump of the sender's explains, whether or not the rate was achieved.
    /// </summary>
    private static TrialVerdict Judge(TrafficResult result, double tolerance)
    {
        long explained = (result.ReceiverDropped ?? 0) + (LostForEachLumped * result.LumpedPackets);
        if (result.Lost - explained > tolerance * result.Sent)
        {
            return TrialVerdict.Lost;
        }

        return result.KeptUp && result.LossRatio <= tolerance ? TrialVerdict.Passed : TrialVerdict.Invalid;
    }
}
