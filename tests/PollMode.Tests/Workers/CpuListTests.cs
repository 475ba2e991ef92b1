using CsCheck;
using Xunit;

namespace PollMode.Tests;

public sealed class CpuListTests
{
    [Theory]
    [InlineData("0", new[] { 0 })]
    [InlineData("2-5,8", new[] { 2, 3, 4, 5, 8 })]
    [InlineData("8, 2-3", new[] { 8, 2, 3 })]
    [InlineData("0-7:1/2", new[] { 0, 2, 4, 6 })]
    [InlineData("0-7:2/4", new[] { 0, 1, 4, 5 })]
    [InlineData("1,1-2", new[] { 1, 2 })]
    public void Lists_are_read_as_the_kernel_reads_them(string text, int[] expected) => Assert.Equal(expected, CpuList.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("1,,2")]
    [InlineData("a")]
    [InlineData("-1")]
    [InlineData("3-1")]
    [InlineData("1-")]
    [InlineData("+1")]
    [InlineData("4096")]
    [InlineData("99999999999")]
    [InlineData("0-7:0/2")]
    [InlineData("0-7:3/2")]
    [InlineData("0-7:1")]
    public void What_is_no_list_is_refused(string text) => Assert.Throws<PollModeException>(() => CpuList.Parse(text));

    [Fact]
    public void A_list_survives_being_written_and_read() => Gen.Int[0, 4095].HashSet[1, 40].Sample(cpus => Assert.Equal(cpus.Order(), CpuList.Parse(CpuList.Format(cpus))));

    [Fact]
    public void Any_text_is_a_list_or_a_sentence() => Gen.String[Gen.Char["0123456789-,:/ a"], 0, 20].Sample(text =>
    {
        try
        {
            Assert.All(CpuList.Parse(text), cpu => Assert.InRange(cpu, 0, 4095));
        }
        catch (PollModeException)
        {
        }
    });
}
