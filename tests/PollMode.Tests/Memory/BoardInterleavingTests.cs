using Xunit;

namespace PollMode.Tests;

/// <summary>Returners and an owner in every possible order of their steps, which are those of the board's own code.</summary>
public sealed class BoardInterleavingTests
{
    [Theory]
    [InlineData("0;1", "0;2", 2)]
    [InlineData("0;1", "1;2", 2)]
    [InlineData("0;1,0;2", "0;4,1;8", 2)]
    [InlineData("0;3,1;1", "0;4,0;8", 3)]
    [InlineData("0;1,1;2,0;4", "1;1,0;2,1;4", 3)]
    public void Every_order_of_steps_brings_every_buffer_home_once(string first, string second, int harvests)
    {
        using var run = new BoardRun([Returns(first), Returns(second)], harvests);
        (int states, int lost, HashSet<string> ends) = Explore(new BoardMachine(run, BoardMistake.None));
        Assert.Equal(0, lost);

        // The exploration is no empty one: the owner did come in between.
        Assert.True(states > 60, $"{states} states");
        Assert.True(ends.Count > 2, $"{ends.Count} outcomes");
    }

    /// <summary>Both fences that the board's header names are needed, and that a word has one order; without one of them buffers are lost.</summary>
    [Theory]
    [InlineData(BoardMistake.ReturnerTornApart)]
    [InlineData(BoardMistake.OwnerTornApart)]
    [InlineData(BoardMistake.ReturnerFenceMissing)]
    [InlineData(BoardMistake.OwnerFenceMissing)]
    public void The_exploration_finds_the_loss_when_something_is_wrong(BoardMistake mistake)
    {
        using var run = new BoardRun([Returns("0;1,0;2"), Returns("0;4")], 2);
        (_, int lost, _) = Explore(new BoardMachine(run, mistake));
        Assert.True(lost > 0, "the mistake went unnoticed");
    }

    private static (int States, int Lost, HashSet<string> Ends) Explore(BoardMachine start)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var ends = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<BoardMachine>();
        int lost = 0;
        open.Push(start);
        while (open.TryPop(out BoardMachine? state))
        {
            bool ended = true;
            for (int thread = 0; thread < state.Threads; thread++)
            {
                for (int choice = 0; choice < state.Choices(thread); choice++)
                {
                    ended = false;
                    BoardMachine next = state.Copy();
                    next.Step(thread, choice);
                    if (seen.Add(next.Key()))
                    {
                        open.Push(next);
                    }
                }
            }

            if (ended)
            {
                ends.Add(state.Key());
                lost += state.IsComplete() ? 0 : 1;
            }
        }

        return (seen.Count, lost, ends);
    }

    private static (int Slab, ulong Buffers)[] Returns(string text) =>
        [.. text.Split(',').Select(pair => pair.Split(';')).Select(pair => (int.Parse(pair[0]), ulong.Parse(pair[1])))];
}
