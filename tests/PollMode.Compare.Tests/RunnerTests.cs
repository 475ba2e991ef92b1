using Xunit;

namespace PollMode.EndToEnd.Tests;

public sealed class RunnerTests
{
    private readonly List<string> _turns = [];
    private readonly StringWriter _said = new();

    [Fact]
    public void Contenders_run_in_turn()
    {
        ComparisonResult result = Assert.Single(Run(3, new FakeComparison("x", Side("a"), Side("b"))));
        Assert.Equal("a b a b a b", string.Join(' ', _turns));
        Assert.Equal([3, 3], result.Contenders.Select(contender => contender.Runs.Count));
    }

    [Fact]
    public void A_contender_that_fails_costs_itself_the_comparison_and_not_the_others()
    {
        Contender bad = new("b", [], _ => _turns.Count > 2 ? throw new PollModeException("The peer is out of order.") : Turn("b"));
        ComparisonResult result = Assert.Single(Run(3, new FakeComparison("x", Side("a"), bad)));
        Assert.Equal([3, 1], result.Contenders.Select(contender => contender.Runs.Count));
        Assert.Equal("The peer is out of order.", result.Contenders[1].Failure);
        Assert.Contains("out of order", _said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_that_is_not_installed_is_named_with_its_remedy_and_left_out()
    {
        var missing = new Contender("b", [new Tool("no-such-program", "no-such-package")], _ => Turn("b"));
        ComparisonResult[] results = Run(1, new FakeComparison("x", Side("a"), missing), new FakeComparison("y", Side("a"), missing));
        Assert.All(results, result => Assert.Equal("a", Assert.Single(result.Contenders).Name));
        Assert.Equal(2, _said.ToString().Split("apt-get install no-such-package").Length);
    }

    [Fact]
    public void Who_stops_the_run_keeps_what_was_measured()
    {
        using var stop = new CancellationTokenSource();
        var stopper = new Contender("b", [], bench =>
        {
            if (_turns.Count == 3)
            {
                stop.Cancel();
                bench.Stop.ThrowIfCancellationRequested();
            }

            return Turn("b");
        });
        ComparisonResult result = Assert.Single(Run(5, stop.Token, new FakeComparison("x", Side("a"), stopper), new FakeComparison("y", Side("a"))));
        Assert.Equal([2, 1], result.Contenders.Select(contender => contender.Runs.Count));
        Assert.Null(result.Contenders[1].Failure);
    }

    [Fact]
    public void In_passes_every_comparison_has_a_run_before_any_has_two()
    {
        IComparison[] comparisons = [new FakeComparison("x", Side("a"), Side("b")), new FakeComparison("y", Side("c"))];
        ComparisonResult[] results = [.. Runner(2, TestContext.Current.CancellationToken).RunInPasses(comparisons, TimeSpan.FromMinutes(10))];
        Assert.Equal("a b c a b c", string.Join(' ', _turns));
        Assert.Equal(["x", "y", "x", "y"], results.Select(result => result.Name));
        Assert.Equal([1, 1, 2, 2], results.Select(result => result.PollMode.Runs.Count));
    }

    [Fact]
    public void In_passes_a_peer_that_failed_is_not_tried_again_and_the_rest_goes_on()
    {
        var bad = new Contender("b", [], _ =>
        {
            _turns.Add("b");
            throw new PollModeException("It hangs.");
        });
        ComparisonResult[] results = [.. Runner(2, TestContext.Current.CancellationToken).RunInPasses([new FakeComparison("x", Side("a"), bad), new FakeComparison("y", Side("c"))], TimeSpan.FromMinutes(10))];
        Assert.Equal("a b c a c", string.Join(' ', _turns));
        Assert.Equal("It hangs.", results[2].Contenders[1].Failure);
    }

    [Fact]
    public void When_the_time_is_over_nothing_is_begun()
    {
        Assert.Empty(Runner(2, TestContext.Current.CancellationToken).RunInPasses([new FakeComparison("x", Side("a"))], TimeSpan.Zero));
        Assert.Empty(_turns);
    }

    private ComparisonResult[] Run(int repetitions, params IComparison[] comparisons) => Run(repetitions, TestContext.Current.CancellationToken, comparisons);

    private ComparisonResult[] Run(int repetitions, CancellationToken stop, params IComparison[] comparisons) =>
        [.. Runner(repetitions, stop).Run(comparisons)];

    private ComparisonRunner Runner(int repetitions, CancellationToken stop) =>
        new(new Bench { Stop = stop }, repetitions, name => $"compare {name}", new Progress(_said, isTerminal: false));

    private Contender Side(string name) => new(name, [], _ => Turn(name));

    private Measurement Turn(string name)
    {
        _turns.Add(name);
        return Measurement.Of((Quantity.PacketRate, _turns.Count));
    }
}
