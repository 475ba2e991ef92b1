using Xunit;

namespace PollMode.EndToEnd.Tests;

public sealed class CorePlacementTests
{
    private readonly Queue<double> _distances = new();
    private int _runs;
    private int _pauses;

    [Fact]
    public void A_run_during_which_the_cores_moved_is_made_again()
    {
        Measurement measured = Placement(240, 700, 690, 710).Measure(Run);
        Assert.Equal(2, _runs);
        Assert.Equal(2, measured[Quantity.PacketRate]);
        Assert.Equal(700, measured[Quantity.CoreDistance]);
    }

    [Fact]
    public void The_second_contender_waits_for_the_first_ones_distance()
    {
        CorePlacement placement = Placement(240, 250, 700, 48, 245, 244);
        placement.Measure(Run);
        placement.Measure(Run);
        Assert.Equal((2, 2), (_runs, _pauses));
    }

    [Fact]
    public void Another_turn_takes_the_distance_as_it_is()
    {
        CorePlacement placement = Placement(240, 250, 48, 50);
        placement.Measure(Run);
        placement.BeginTurn();
        Assert.Equal(49, placement.Measure(Run)[Quantity.CoreDistance]);
        Assert.Equal((2, 0), (_runs, _pauses));
    }

    [Fact]
    public void What_is_in_vain_comes_to_an_end_and_the_distance_is_told()
    {
        CorePlacement placement = Placement([240, 240, .. Enumerable.Repeat(700.0, CorePlacement.Tries * (CorePlacement.Looks + 1))]);
        placement.Measure(Run);
        Assert.Equal(700, placement.Measure(Run)[Quantity.CoreDistance]);
        Assert.Equal((1 + CorePlacement.Tries, CorePlacement.Tries * (CorePlacement.Looks - 1)), (_runs, _pauses));
        Assert.Empty(_distances);
    }

    [Fact]
    public void A_distance_between_two_cores_is_measured()
    {
        Assert.SkipUnless(Environment.ProcessorCount > 1, "Needs two processors.");
        Assert.InRange(CoreDistance.Measure(0, 1), 1, 10_000_000);
    }

    [Fact]
    public void A_core_that_is_not_there_is_refused() => Assert.Throws<PollModeException>(() => CoreDistance.Measure(0, 1023));

    private CorePlacement Placement(params double[] distances)
    {
        foreach (double distance in distances)
        {
            _distances.Enqueue(distance);
        }

        return new CorePlacement(_distances.Dequeue, () => _pauses++);
    }

    private Measurement Run() => Measurement.Of((Quantity.PacketRate, ++_runs));
}
