using CsCheck;
using Xunit;

namespace PollMode.Drivers.Traffic.Tests;

public sealed class RateSearchTests
{
    private const double Resolution = 0.005;

    [Fact]
    public void Finds_any_limit_within_its_resolution_and_ends() => Gen.Double[0, 1].Sample(limit =>
    {
        (double found, int trials) = Search(limit, -1);
        Assert.InRange(found, limit - Resolution - 1e-9, limit);
        Assert.InRange(trials, 1, 12);
    });

    [Fact]
    public void One_failure_that_is_not_the_devices_changes_nothing_wherever_it_happens() => Gen.Select(Gen.Double[0, 1], Gen.Int[0, 12]).Sample((limit, fluke) =>
    {
        (double found, int trials) = Search(limit, fluke);
        Assert.InRange(found, limit - Resolution - 1e-9, limit);
        Assert.InRange(trials, 1, 40);
    });

    [Fact]
    public void Without_confirmation_such_a_failure_costs_everything_above_it()
    {
        // The second trial, at half the rate, fails though the device carries nine tenths.
        (double found, _) = Search(0.9, 1, confirmations: 0);
        Assert.InRange(found, 0.5 - Resolution, 0.5);
    }

    private static (double Found, int Trials) Search(double limit, int fluke, int confirmations = 1)
    {
        var search = new RateSearch(Resolution, confirmations);
        int trials = 0;
        while (search.Next is { } part)
        {
            search.Note(part <= limit && trials != fluke);
            trials++;
            Assert.True(trials < 100, "the search does not end");
        }

        return (search.Passed, trials);
    }
}
