namespace PollMode.Drivers.Traffic;

/// <summary>The benchmarks of RFC 2544, section 26: throughput, latency, frame loss rate, back-to-back frames. One object serves all sizes.</summary>
public sealed class Rfc2544Benchmark
{
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

    /// <summary>Section 26.1: halves the interval between a rate that passed and one that did not until it is as small as the resolution.</summary>
    public ThroughputResult Throughput(FrameSizes sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        double passed = 0;
        double failed = 1;
        int trials = 0;
        bool limitedBySender = false;
        TrafficResult? best = null;
        for (double part = 1; ; part = (passed + failed) / 2)
        {
            TrafficResult result = Try("throughput", sizes, part, out bool isPassed);
            trials++;
            if (isPassed)
            {
                passed = part;
                best = result;
            }
            else
            {
                failed = part;
                limitedBySender = !result.KeptUp && result.LossRatio <= _options.LossTolerance;
            }

            // Differences of doubles: an interval of exactly one resolution is small enough.
            if (passed == 1 || failed - passed <= _options.Resolution * (1 + 1e-9))
            {
                break;
            }
        }

        return new ThroughputResult
        {
            Size = sizes.ToString(),
            LossTolerance = _options.LossTolerance,
            Rate = best == null ? null : _options.Highest.Times(passed).ToString(),
            PacketsPerSecond = best == null ? 0 : _options.Highest.Times(passed).PacketsPerSecond(sizes.Mean),
            FrameBitsPerSecond = best == null ? 0 : _options.Highest.Times(passed).PacketsPerSecond(sizes.Mean) * sizes.Mean * 8,
            PercentOfHighest = passed * 100,
            LossRatio = best?.LossRatio ?? 0,
            Latency = best?.Latency,
            LimitedBySender = limitedBySender,
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
            latencies.Add(Try("latency", sizes, throughput.PercentOfHighest / 100, out _).Latency);
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
            TrafficResult result = Try("loss", sizes, tenths / 10.0, out _);
            points.Add(new LossPoint(tenths * 10, result.PacketsPerSecond, result.LossRatio, result.KeptUp));
            if (points.Count >= 2 && points[^1].LossRatio == 0 && points[^2].LossRatio == 0)
            {
                break;
            }
        }

        return points;
    }

    /// <summary>Section 26.4: the longest burst at the highest rate of which nothing is lost; the mean of the repetitions, in packets.</summary>
    public double BackToBack(FrameSizes sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        long longest = Math.Max(2, (long)(_options.Highest.PacketsPerSecond(sizes.Mean) * _options.LongestBurstNanoseconds / 1e9));
        double sum = 0;
        for (int i = 0; i < _options.Repetitions; i++)
        {
            sum += LongestBurst(sizes, longest);
        }

        return sum / _options.Repetitions;
    }

    private long LongestBurst(FrameSizes sizes, long longest)
    {
        long passed = 0;
        long failed = longest + 1;
        for (long packets = longest; failed - passed > 1; packets = passed + ((failed - passed) / 2))
        {
            TrafficResult result = _runner.Run(new TrialRequest(sizes, _options.Highest, 0, packets));
            bool isPassed = result.Lost == 0;
            _progress?.Invoke(new BenchmarkStep("back-to-back", sizes.ToString(), $"{packets} packets", result.LossRatio, isPassed, result.KeptUp));
            _ = isPassed ? passed = packets : failed = packets;
        }

        return passed;
    }

    private TrafficResult Try(string test, FrameSizes sizes, double part, out bool passed)
    {
        Rate rate = _options.Highest.Times(part);
        var request = new TrialRequest(sizes, rate, _options.TrialNanoseconds, 0);
        TrafficResult result = _runner.Run(request);
        for (int attempt = 1; attempt < _options.Attempts && !result.KeptUp; attempt++)
        {
            result = _runner.Run(request);
        }

        passed = result.LossRatio <= _options.LossTolerance && result.KeptUp;
        _progress?.Invoke(new BenchmarkStep(test, sizes.ToString(), rate.ToString(), result.LossRatio, passed, result.KeptUp));
        return result;
    }
}
