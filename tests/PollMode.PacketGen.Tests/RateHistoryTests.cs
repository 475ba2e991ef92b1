using PollMode.Examples.PacketGen;
using Xunit;

namespace PollMode.PacketGen.Tests;

public sealed class RateHistoryTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(2400)]
    [InlineData(100_000)]
    public void A_history_of_any_length_has_few_samples_and_forgets_no_packet(int looks)
    {
        var history = new RateHistory();
        long sent = 0;
        long received = 0;
        for (int i = 1; i <= looks; i++)
        {
            sent += i % 7;
            received += i % 5;
            history.Look(i * 0.25, sent, received, 2.0 * i);
        }

        Assert.InRange(history.Samples.Count, Math.Min(looks, RateHistory.MostSamples / 2), RateHistory.MostSamples);
        Assert.Equal(looks * 0.25, history.Samples[^1].Seconds, 6);
        double before = 0;
        double sentThen = 0;
        double receivedThen = 0;
        foreach (RateSample sample in history.Samples)
        {
            Assert.True(sample.Seconds > before);
            sentThen += sample.SentPerSecond * (sample.Seconds - before);
            receivedThen += sample.ReceivedPerSecond * (sample.Seconds - before);
            Assert.Equal(8, sample.AskedPerSecond, 6);
            before = sample.Seconds;
        }

        Assert.Equal((double)sent, sentThen, 3);
        Assert.Equal((double)received, receivedThen, 3);
    }
}
