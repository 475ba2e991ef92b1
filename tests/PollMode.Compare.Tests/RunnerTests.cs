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

    private ComparisonResult[] Run(int repetitions, params IComparison[] comparisons) => Run(repetitions, TestContext.Current.CancellationToken, comparisons);

    private ComparisonResult[] Run(int repetitions, CancellationToken stop, params IComparison[] comparisons) =>
        [.. new ComparisonRunner(new Bench { Stop = stop }, repetitions, name => $"compare {name}", new Progress(_said, isTerminal: false)).Run(comparisons)];

    private Contender Side(string name) => new(name, [], _ => Turn(name));

    private Measurement Turn(string name)
    {
        _turns.Add(name);
        return Measurement.Of((Quantity.PacketRate, _turns.Count));
    }
}
