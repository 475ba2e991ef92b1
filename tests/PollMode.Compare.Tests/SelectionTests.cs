using Xunit;

namespace PollMode.EndToEnd.Tests;

public sealed class SelectionTests
{
    private static readonly FakeComparison[] All = [new("null-io"), new("null-io-burst1"), new("null-macswap"), new("ring-io"), new("ring-slow") { WhySlow = "it is" }];

    [Theory]
    [InlineData("null-io", "null-io")]
    [InlineData("null-io-", "null-io-burst1")]
    [InlineData("null", "null-io null-io-burst1 null-macswap")]
    [InlineData("ring", "ring-io")]
    [InlineData("ring-slow", "ring-slow")]
    [InlineData("ring-io null-m", "null-macswap ring-io")]
    [InlineData("null-i null-io", "null-io null-io-burst1")]
    [InlineData("", "null-io null-io-burst1 null-macswap ring-io")]
    public void A_name_means_itself_or_all_that_begin_so(string names, string chosen) => Assert.Equal(
        chosen.Split(' '),
        Selection.Of(All, names.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(comparison => comparison.Name));

    [Fact]
    public void An_unknown_name_is_refused() => Assert.Throws<PollModeException>(() => Selection.Of(All, ["null-io", "nul-io"]));

    [Fact]
    public void Real_names_are_different_and_begin_with_their_family()
    {
        Assert.Equal(Families.Comparisons.Count, Families.Comparisons.Select(comparison => comparison.Name).Distinct().Count());
        Assert.All(Families.All, family => Assert.All(family.Comparisons, comparison => Assert.StartsWith(family.Name + "-", comparison.Name, StringComparison.Ordinal)));
        Assert.All(Families.Headlines, name => Assert.Contains(Families.Comparisons, comparison => comparison.Name == name));
    }
}
