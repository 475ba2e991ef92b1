using Xunit;

namespace PollMode.Tests;

/// <summary>Two producers and a consumer in every possible order of their steps.</summary>
public sealed class RingInterleavingTests
{
    [Theory]
    [InlineData("1", "1", 2)]
    [InlineData("2", "1", 2)]
    [InlineData("2", "2", 3)]
    [InlineData("1,1", "1,1", 3)]
    [InlineData("2,1", "1,2", 3)]
    public void Every_order_of_steps_keeps_every_packet_once_and_in_order(string first, string second, int polls)
    {
        int[][] batches = [Sizes(first), Sizes(second)];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var ends = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<RingMachine>();
        open.Push(new RingMachine(batches, polls));
        while (open.TryPop(out RingMachine? state))
        {
            state.Check();
            bool ended = true;
            for (int thread = 0; thread < state.Threads; thread++)
            {
                if (state.CanStep(thread))
                {
                    ended = false;
                    RingMachine next = state.Copy();
                    next.Step(thread);
                    if (seen.Add(next.Key()))
                    {
                        open.Push(next);
                    }
                }
            }

            if (ended)
            {
                state.CheckEnd();
                ends.Add(string.Join(' ', state.Received));
            }
        }

        // The exploration is no empty one: the producers did pass each other.
        Assert.True(seen.Count > 100, $"{seen.Count} states");
        Assert.True(ends.Count > 1, $"{ends.Count} outcomes");
    }

    private static int[] Sizes(string text) => [.. text.Split(',').Select(int.Parse)];
}
