using Xunit;

namespace PollMode.Drivers.Traffic.Tests;

public sealed class RateTests
{
    [Theory]
    [InlineData("10%", RateUnit.LinePercent, 10)]
    [InlineData("3.2Mpps", RateUnit.PacketsPerSecond, 3_200_000)]
    [InlineData("5Gbps", RateUnit.FrameBitsPerSecond, 5e9)]
    [InlineData("5GbpsL1", RateUnit.WireBitsPerSecond, 5e9)]
    [InlineData("max", RateUnit.Max, 0)]
    [InlineData("750pps", RateUnit.PacketsPerSecond, 750)]
    [InlineData("64kbps", RateUnit.FrameBitsPerSecond, 64_000)]
    public void A_rate_survives_text(string text, RateUnit unit, double value)
    {
        Rate rate = Rate.Parse(text);
        Assert.Equal(unit, rate.Unit);
        Assert.Equal(value, rate.Value, 6);
        Assert.Equal(rate, Rate.Parse(rate.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("fast")]
    [InlineData("0Mpps")]
    [InlineData("101%")]
    [InlineData("-5Mpps")]
    [InlineData("5Mppss")]
    [InlineData("99999Tbps")]
    public void An_impossible_rate_is_refused_in_one_sentence(string text) =>
        Assert.EndsWith(".", Assert.Throws<PollModeException>(() => Rate.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Ten_gigabit_carry_14_88_million_of_the_shortest_frames()
    {
        Rate line = new Rate(RateUnit.LinePercent, 100).Resolve(10e9);
        Assert.Equal(14_880_952.38, line.PacketsPerSecond(64), 2);
        Assert.Equal(812_743.82, line.PacketsPerSecond(1518), 2);
    }

    [Fact]
    public void A_part_of_an_unknown_line_is_refused() =>
        Assert.Contains("unknown", Assert.Throws<PollModeException>(() => RateProfile.Parse("10%").Resolve(0, 64)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_rate_above_the_line_is_refused() =>
        Assert.Contains("above what the line carries", Assert.Throws<PollModeException>(() => RateProfile.Parse("15Mpps").Resolve(10e9, 64)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("1Mpps,2Mpps@1s")]
    [InlineData("1Mpps..2Mpps")]
    [InlineData("1Mpps..2Gbps@1s")]
    [InlineData("1Mpps@")]
    [InlineData("1Mpps@0s")]
    public void A_profile_that_cannot_be_is_refused(string text) => Assert.Throws<PollModeException>(() => RateProfile.Parse(text));

    [Fact]
    public void A_profile_survives_text()
    {
        const string Text = "1Mpps@10s,1Mpps..5Mpps@30s,5Mpps";
        Assert.Equal(Text, RateProfile.Parse(Text).ToString());
        Assert.Equal(2_500_000, RateProfile.Parse(Text).MeanPacketsPerSecond(64, 40_000_000_000), 0);
    }

    [Theory]
    [InlineData("constant")]
    [InlineData("poisson")]
    [InlineData("burst:32")]
    [InlineData("burst:32:1ms")]
    public void A_spacing_survives_text(string text) => Assert.Equal(text, Spacing.Parse(text).ToString());
}
