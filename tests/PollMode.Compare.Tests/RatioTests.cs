using Xunit;

namespace PollMode.EndToEnd.Tests;

public sealed class RatioTests
{
    [Fact]
    public void Ratios_are_of_pairs_and_not_of_medians()
    {
        ComparisonResult result = Results.Of("null-io", Quantity.PacketRate, ("PollMode", [10, 40, 30]), ("testpmd", [10, 10, 20]));
        Assert.Equal([1, 4, 1.5], result.RatiosTo(result.Contenders[1]));
    }

    [Fact]
    public void Of_costs_the_smaller_is_ahead()
    {
        ComparisonResult result = Results.Of("parts-ring", Quantity.ObjectTime, ("PollMode", [2]), ("rte_ring", [5]));
        Assert.Equal([2.5], result.RatiosTo(result.Contenders[1]));
    }

    [Fact]
    public void Runs_without_a_partner_have_no_ratio()
    {
        ComparisonResult result = Results.Of("null-io", Quantity.PacketRate, ("PollMode", [10, 40, 30]), ("testpmd", [10]));
        Assert.Equal([1], result.RatiosTo(result.Contenders[1]));
    }

    [Fact]
    public void Runs_between_which_the_cores_moved_are_no_pair()
    {
        ComparisonResult result = Results.Of("memif-forward-copy", Quantity.PacketRate, ("PollMode", []), ("testpmd", []));
        static IReadOnlyDictionary<string, double> Run(double rate, double distance) => Measurement.Of((Quantity.PacketRate, rate), (Quantity.CoreDistance, distance)).Values;
        result = result with
        {
            Contenders = [new ContenderResult("PollMode", [Run(20, 240), Run(30, 48), Run(36, 48)]), new ContenderResult("testpmd", [Run(40, 48), Run(10, 51), Run(9, 690)])],
        };
        Assert.Equal([3], result.RatiosTo(result.Contenders[1]));
    }
}
