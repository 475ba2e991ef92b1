using Xunit;

namespace PollMode.EndToEnd.Tests;

public sealed class SpreadTests
{
    [Fact]
    public void The_median_of_an_odd_number_is_the_middle_one() => Assert.Equal(new Spread(1, 3, 10), Spread.Of([10, 3, 1]));

    [Fact]
    public void The_median_of_an_even_number_is_between_the_middle_two() => Assert.Equal(new Spread(1, 3.5, 10), Spread.Of([10, 4, 3, 1]));

    [Fact]
    public void Nothing_has_no_median() => Assert.Throws<PollModeException>(() => Spread.Of([]));

    [Theory]
    [InlineData(506.88, "507")]
    [InlineData(99.96, "100")]
    [InlineData(66.789, "66.8")]
    [InlineData(9.996, "10.0")]
    [InlineData(2.9012, "2.90")]
    [InlineData(0.9996, "1.00")]
    [InlineData(0.41046, "0.410")]
    [InlineData(0, "0.00")]
    [InlineData(-0.5, "-0.500")]
    public void Numbers_have_three_digits(double value, string text) => Assert.Equal(text, Spread.Digits(value));
}
