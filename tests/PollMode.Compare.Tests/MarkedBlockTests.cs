using Xunit;

namespace PollMode.EndToEnd.Tests;

public sealed class MarkedBlockTests
{
    private static readonly string Text = $"before\n{MarkedBlock.Begin("x")}\nold\nlines\n{MarkedBlock.End("x")}\nafter\n";

    [Fact]
    public void Only_what_is_between_the_markers_changes() =>
        Assert.Equal($"before\n{MarkedBlock.Begin("x")}\nnew\n{MarkedBlock.End("x")}\nafter\n", MarkedBlock.Replace(Text, "x", "new\n"));

    [Fact]
    public void Replacing_again_changes_nothing_more()
    {
        string once = MarkedBlock.Replace(Text, "x", "| a |\n");
        Assert.Equal(once, MarkedBlock.Replace(once, "x", "| a |\n"));
    }

    [Fact]
    public void Without_its_markers_a_text_is_refused() => Assert.Throws<PollModeException>(() => MarkedBlock.Replace("no markers", "x", "new"));

    [Fact]
    public void Two_places_are_refused() => Assert.Throws<PollModeException>(() => MarkedBlock.Replace(Text + Text, "x", "new"));

    [Fact]
    public void Markers_in_the_wrong_order_are_refused() =>
        Assert.Throws<PollModeException>(() => MarkedBlock.Replace($"{MarkedBlock.End("x")}\n{MarkedBlock.Begin("x")}\n", "x", "new"));

    [Fact]
    public void The_readme_has_a_place_for_the_results() =>
        Assert.Contains("ratio", MarkedBlock.Replace(File.ReadAllText(Repository.Readme), "measured", "| ratio |"), StringComparison.Ordinal);
}
