namespace PollMode.Drivers.Traffic;

/// <summary>
/// Rates over time: <c>1Mpps</c>; steps <c>1Mpps@10s,2Mpps@10s</c>; a ramp <c>1Mpps..5Mpps@30s,5Mpps</c>. A last step with a time ends the stream.
/// </summary>
public sealed class RateProfile
{
    private RateProfile(IReadOnlyList<RateStep> steps) => Steps = steps;

    /// <summary>The steps, in order of time.</summary>
    public IReadOnlyList<RateStep> Steps { get; }

    /// <summary>Whether it is one rate until the end.</summary>
    public bool IsConstant => Steps.Count == 1 && Steps[0].Nanoseconds == 0;

    /// <summary>The rate that is asked for at first.</summary>
    public Rate First => Steps[0].From;

    /// <summary>One rate until the end of the run.</summary>
    public static RateProfile Constant(Rate rate) => new([new RateStep(rate, rate, 0)]);

    /// <summary>Reads a profile.</summary>
    /// <exception cref="PollModeException">It is not of the syntax described.</exception>
    public static RateProfile Parse(string text)
    {
        string[] parts = (text ?? string.Empty).Split(',', StringSplitOptions.TrimEntries);
        var steps = new List<RateStep>();
        for (int i = 0; i < parts.Length; i++)
        {
            string[] pieces = parts[i].Split('@');
            int dots = pieces[0].IndexOf("..", StringComparison.Ordinal);
            Rate from = Rate.Parse(dots < 0 ? pieces[0] : pieces[0][..dots]);
            Rate to = dots < 0 ? from : Rate.Parse(pieces[0][(dots + 2)..]);
            long time = pieces.Length > 1 ? TimeText.ParseNanoseconds(pieces[1]) : 0;
            if (pieces.Length > 2 || (pieces.Length > 1 && time == 0))
            {
                throw new PollModeException($"'{parts[i]}' in the rates '{text}' has no time after '@'; write for example 1Mpps@10s.");
            }

            if (time == 0 && i + 1 < parts.Length)
            {
                throw new PollModeException($"'{parts[i]}' in the rates '{text}' lasts for ever, so the next step never comes; give it a time, for example {pieces[0]}@10s.");
            }

            if (dots >= 0 && (time == 0 || from.Unit != to.Unit || from.IsMax))
            {
                throw new PollModeException($"The ramp '{parts[i]}' needs a time and two rates of one unit, for example 1Mpps..5Mpps@30s.");
            }

            steps.Add(new RateStep(from, to, time));
        }

        return new RateProfile(steps);
    }

    /// <summary>The profile with every percentage turned into bits on the wire, and every rate checked against the line.</summary>
    /// <param name="lineBitsPerSecond">Layer-1 rate of the line; zero when unknown.</param>
    /// <param name="meanFrameBytes">Mean frame size, FCS included.</param>
    /// <exception cref="PollModeException">A percentage of an unknown line, or a rate above the line's.</exception>
    public RateProfile Resolve(double lineBitsPerSecond, double meanFrameBytes)
    {
        var steps = new List<RateStep>();
        foreach (RateStep step in Steps)
        {
            steps.Add(step with { From = Fit(step.From), To = Fit(step.To) });
        }

        return new RateProfile(steps);

        Rate Fit(Rate asked)
        {
            Rate rate = asked.Resolve(lineBitsPerSecond);
            double most = lineBitsPerSecond / ((meanFrameBytes + EthernetWire.OverheadBytes) * 8);
            return lineBitsPerSecond <= 0 || rate.IsMax || rate.PacketsPerSecond(meanFrameBytes) <= most * (1 + 1e-9)
                ? rate
                : throw new PollModeException(
                    $"The rate {asked} is above what the line carries: {new Rate(RateUnit.PacketsPerSecond, most)} of frames of {meanFrameBytes:0.#} bytes at {new Rate(RateUnit.WireBitsPerSecond, lineBitsPerSecond)}.");
        }
    }

    /// <summary>Frames per second asked for, on average over a time; infinite while a step is <see cref="Rate.Max"/>.</summary>
    /// <param name="meanFrameBytes">Mean frame size, FCS included.</param>
    /// <param name="nanoseconds">The time from the start.</param>
    public double MeanPacketsPerSecond(double meanFrameBytes, long nanoseconds)
    {
        double packets = 0;
        long left = nanoseconds;
        foreach (RateStep step in Steps)
        {
            long part = step.Nanoseconds == 0 ? left : Math.Min(left, step.Nanoseconds);
            if (part > 0)
            {
                double from = step.From.PacketsPerSecond(meanFrameBytes);
                double to = step.To.PacketsPerSecond(meanFrameBytes);
                double end = step.Nanoseconds == 0 || from == to ? from : from + ((to - from) * part / step.Nanoseconds);
                packets += (from + end) / 2 * part;
                left -= part;
            }
        }

        return nanoseconds > 0 ? packets / nanoseconds : First.PacketsPerSecond(meanFrameBytes);
    }

    /// <summary>The profile in the syntax that <see cref="Parse"/> reads.</summary>
    public override string ToString() => string.Join(',', Steps.Select(step =>
        (step.From == step.To ? $"{step.From}" : $"{step.From}..{step.To}") + (step.Nanoseconds == 0 ? string.Empty : "@" + TimeText.Format(step.Nanoseconds).Replace(" ", string.Empty, StringComparison.Ordinal))));
}
