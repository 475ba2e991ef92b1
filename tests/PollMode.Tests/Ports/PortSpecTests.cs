using CsCheck;
using Xunit;

namespace PollMode.Tests;

public sealed class PortSpecTests
{
    [Fact]
    public void A_spec_is_driver_device_and_keys()
    {
        PortSpec spec = PortSpec.Parse(@"pcap:in.pcap,tx=a\,b\+c.pcap,loop=10");
        Assert.Equal(("pcap", "in.pcap", "a,b+c.pcap", 10L), (spec.Driver, spec.Device, spec.GetText("tx"), spec.GetInteger("loop", 0, 0, 100)));
        Assert.Equal(("null", "", 0), (PortSpec.Parse("null").Driver, PortSpec.Parse("null").Device, PortSpec.Parse("null").Values.Count));
        Assert.Equal("64", PortSpec.Parse("null:size=64").Values["size"]);
        Assert.Equal("64", PortSpec.Parse("null,size=64").Values["size"]);
    }

    [Fact]
    public void Decorators_stand_in_front_joined_by_plus_signs()
    {
        IReadOnlyList<PortSpec> links = PortSpec.ParseChain(@"trace+capture:a\+b.pcap,x=1\,2+pcap:c+d.pcap,tx=e+f", name => name is "trace" or "capture");
        Assert.Equal("trace capture pcap", string.Join(' ', links.Select(link => link.Driver)));
        Assert.Equal(("a+b.pcap", "1,2"), (links[1].Device, links[1].GetText("x")));
        Assert.Equal(("c+d.pcap", "e+f"), (links[2].Device, links[2].GetText("tx")));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("  ", "is empty")]
    [InlineData(":a", "driver's name")]
    [InlineData("Null", "driver's name")]
    [InlineData("null:a,b", "is not key=value")]
    [InlineData("null:a,=b", "is not key=value")]
    [InlineData("null:a,k=1,k=2", "stands twice")]
    [InlineData("trace", "needs a port behind it")]
    [InlineData("trace:a=1", "needs a port behind it")]
    [InlineData("trace+", "is empty")]
    public void What_is_no_spec_says_what_is(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<PollModeException>(() => PortSpec.ParseChain(text, name => name == "trace")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("n=x", "whole number from 1 to 5")]
    [InlineData("n=6", "whole number from 1 to 5")]
    [InlineData("n=99999999999999999999", "whole number from 1 to 5")]
    public void Numbers_have_bounds(string item, string expected) =>
        Assert.Contains(expected, Assert.Throws<PollModeException>(() => PortSpec.Parse("x:" + item).GetInteger("n", 1, 1, 5)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("1%", 0.01)]
    [InlineData("0.25", 0.25)]
    [InlineData("100%", 1.0)]
    [InlineData("101%", null)]
    [InlineData("NaN", null)]
    [InlineData("-1", null)]
    [InlineData("%", null)]
    public void Fractions_are_numbers_or_percentages(string text, double? expected)
    {
        PortSpec spec = PortSpec.Parse("x:p=" + text);
        if (expected is { } value)
        {
            Assert.Equal(value, spec.GetFraction("p", 0), 9);
        }
        else
        {
            Assert.Throws<PollModeException>(() => spec.GetFraction("p", 0));
        }
    }

    [Fact]
    public void Any_text_is_a_spec_or_a_sentence() => Gen.String[Gen.Char["nultrace:,=+\\ %01.-_A\0é"], 0, 40].Sample(
        text =>
        {
            try
            {
                foreach (PortSpec spec in PortSpec.ParseChain(text, name => name is "trace" or "t"))
                {
                    Assert.NotEmpty(spec.Driver);
                    spec.CheckKeys([.. spec.Values.Keys.Select(key => new PortOption(key, "", ""))]);
                    foreach (string key in spec.Values.Keys)
                    {
                        Assert.True(Tried(() => spec.GetInteger(key, 0, 0, 9)) | Tried(() => spec.GetSwitch(key, false)) | Tried(() => spec.GetFraction(key, 0)) | Tried(() => spec.GetWord(key, "a", "a")));
                    }
                }
            }
            catch (PollModeException)
            {
            }
        },
        iter: 20_000);

    private static bool Tried<T>(Func<T> read)
    {
        try
        {
            _ = read();
        }
        catch (PollModeException)
        {
        }

        return true;
    }
}
