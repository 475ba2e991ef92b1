using Xunit;

namespace PollMode.Drivers.Traffic.Tests;

public sealed class PacerTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData(3_200_000)]
    [InlineData(14_880_952.380952381)]
    [InlineData(999_983)]
    public void The_schedule_does_not_drift(double rate)
    {
        var pacer = new Pacer(RateProfile.Constant(new Rate(RateUnit.PacketsPerSecond, rate)), Spacing.Parse("constant"), 0, default);
        const int Packets = 20_000_000;
        for (int i = 0; i < Packets; i++)
        {
            pacer.Advance(64, 0);
        }

        // What the last packet is off is what the first is off: less than two nanoseconds.
        Assert.InRange(pacer.Due - (Packets * 1e9 / rate), -2, 2);
    }

    [Fact]
    public void Bits_are_paced_by_the_frames_own_sizes()
    {
        var pacer = new Pacer(RateProfile.Parse("10GbpsL1"), Spacing.Parse("constant"), 0, default);
        int[] sizes = [64, 1518, 594];
        long bits = 0;
        for (int i = 0; i < 300_000; i++)
        {
            bits += (sizes[i % 3] + 20) * 8;
            pacer.Advance(sizes[i % 3], 0);
        }

        Assert.InRange(pacer.Due - (bits / 10.0), -2, 2);
    }

    [Theory]
    [InlineData("1Mpps@1s", 1_000_000)]
    [InlineData("1Mpps@1s,500kpps@2s", 2_000_000)]
    [InlineData("1Mpps..3Mpps@1s", 2_000_000)]
    [InlineData("3Mpps..1Mpps@1s", 2_000_000)]
    [InlineData("100kpps@1s,100kpps..900kpps@2s,900kpps@1s", 2_000_000)]
    public void Steps_and_ramps_send_the_integral_of_their_rates(string profile, long expected)
    {
        var pacer = new Pacer(RateProfile.Parse(profile), Spacing.Parse("constant"), 0, default);
        long packets = 0;
        long last = 0;
        while (pacer.Due != Pacer.Never)
        {
            Assert.True(pacer.Due >= last);
            last = pacer.Due;
            packets++;
            pacer.Advance(64, 0);
        }

        Assert.InRange(packets, expected - 1, expected + 1);
    }

    [Fact]
    public void Poisson_gaps_have_the_mean_and_the_spread_of_the_rate()
    {
        var pacer = new Pacer(RateProfile.Parse("1Mpps"), Spacing.Parse("poisson"), 0, new SeededRandom(7, 1));
        const int Packets = 1_000_000;
        double squares = 0;
        long last = pacer.Due;
        for (int i = 0; i < Packets; i++)
        {
            pacer.Advance(64, 0);
            squares += Math.Pow(pacer.Due - last, 2);
            last = pacer.Due;
        }

        // Mean 1000 ns and standard deviation 1000 ns; the tolerance is five standard errors.
        Assert.InRange(last / (double)Packets, 995, 1005);
        Assert.InRange(squares / Packets, 2e6 * 0.98, 2e6 * 1.02);
    }

    [Fact]
    public void Bursts_come_at_once_and_keep_the_mean()
    {
        var pacer = new Pacer(RateProfile.Parse("1Mpps"), Spacing.Parse("burst:32"), 0, default);
        for (int i = 0; i < 32 * 100; i++)
        {
            Assert.Equal(i / 32 * 32_000L, pacer.Due);
            pacer.Advance(64, 0);
        }
    }

    [Fact]
    public void Bursts_with_a_gap_keep_the_rate_inside()
    {
        var pacer = new Pacer(RateProfile.Parse("1Mpps"), Spacing.Parse("burst:4:1ms"), 0, default);
        for (int i = 0; i < 40; i++)
        {
            Assert.Equal((i / 4 * 1_004_000L) + (i % 4 * 1000L), pacer.Due);
            pacer.Advance(64, 0);
        }
    }

    [Fact]
    public void As_fast_as_possible_ends_with_its_time()
    {
        var pacer = new Pacer(RateProfile.Parse("max@1s,10pps@1s"), Spacing.Parse("constant"), 0, default);
        pacer.Advance(64, Second / 2);
        Assert.True(pacer.IsMax);
        Assert.Equal(Second / 2, pacer.Due);
        pacer.Advance(64, Second);
        Assert.False(pacer.IsMax);
        Assert.Equal(Second, pacer.Due);
        pacer.Advance(64, Second);
        Assert.Equal(Second + (Second / 10), pacer.Due);
    }
}
