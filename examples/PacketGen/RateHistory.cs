namespace PollMode.Examples.PacketGen;

/// <summary>Rates over time, in at most some thousand samples however long the run: then neighbours become one.</summary>
internal sealed class RateHistory
{
    internal const int MostSamples = 2400;

    private readonly List<RateSample> _samples = [];
    private int _looksPerSample = 1;
    private int _looks;
    private (double Seconds, double Sent, double Received, double Asked) _before;

    public IReadOnlyList<RateSample> Samples => _samples;

    /// <summary>The rates since the last look; zeros at first.</summary>
    public RateSample Now { get; private set; } = new(0, 0, 0, 0);

    /// <summary>Notes counts.</summary>
    /// <param name="seconds">The time that they are reckoned over, from the start of the run.</param>
    /// <param name="sent">Packets handed out so far.</param>
    /// <param name="received">Packets received so far.</param>
    /// <param name="asked">Packets asked for so far.</param>
    public void Look(double seconds, double sent, double received, double asked)
    {
        double passed = seconds - _before.Seconds;
        if (passed <= 0)
        {
            return;
        }

        RateSample now = new(seconds, (sent - _before.Sent) / passed, (received - _before.Received) / passed, (asked - _before.Asked) / passed);
        _before = (seconds, sent, received, asked);
        Now = now;
        if (_looks++ % _looksPerSample == 0)
        {
            _samples.Add(now);
        }
        else
        {
            double start = _samples.Count > 1 ? _samples[^2].Seconds : 0;
            _samples[^1] = Merge(start, _samples[^1], now);
        }

        if (_samples.Count == MostSamples)
        {
            Halve();
        }
    }

    private void Halve()
    {
        double start = 0;
        for (int i = 0; i < MostSamples / 2; i++)
        {
            _samples[i] = Merge(start, _samples[2 * i], _samples[(2 * i) + 1]);
            start = _samples[i].Seconds;
        }

        _samples.RemoveRange(MostSamples / 2, MostSamples / 2);
        _looksPerSample *= 2;
        _looks = 0;
    }

    private static RateSample Merge(double start, RateSample first, RateSample second)
    {
        double share = (first.Seconds - start) / (second.Seconds - start);
        return new RateSample(
            second.Seconds,
            Mean(first.SentPerSecond, second.SentPerSecond),
            Mean(first.ReceivedPerSecond, second.ReceivedPerSecond),
            Mean(first.AskedPerSecond, second.AskedPerSecond));

        double Mean(double early, double late) => (early * share) + (late * (1 - share));
    }
}
