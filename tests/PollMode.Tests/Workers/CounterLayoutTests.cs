using System.Runtime.InteropServices;
using Xunit;

namespace PollMode.Tests;

public sealed unsafe class CounterLayoutTests
{
    private const int Line = 64;

    [Fact]
    public void Counters_of_queues_and_workers_have_lines_of_their_own()
    {
        AssertPadded(() => new QueueCounters(), 256);
        AssertPadded(() => new WorkerCounters(), 384);
        Assert.Equal(384, sizeof(WorkerCounters));
        foreach (Type type in new[] { typeof(QueueCounters), typeof(WorkerCounters) })
        {
            int[] offsets = [.. type.GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic)
                .Where(field => !field.IsPrivate)
                .Select(field => field.GetCustomAttributes(typeof(FieldOffsetAttribute), false).Cast<FieldOffsetAttribute>().Single().Value)];
            Assert.Equal(offsets.Length, offsets.Distinct().Count());
            Assert.True(offsets.Min() >= 2 * Line, $"{type.Name} starts at {offsets.Min()}");
            Assert.True(type.StructLayoutAttribute!.Size - (offsets.Max() + sizeof(long)) >= Line, $"{type.Name} ends at {offsets.Max()}");
        }
    }

    [Fact]
    public void A_pool_counts_for_its_owner_and_for_others_on_different_lines()
    {
        MempoolCounters counters;
        byte* start = (byte*)&counters;
        Assert.Equal(384, sizeof(MempoolCounters));
        Assert.Equal((0, 72), ((int)((byte*)&counters.Slow - start), (int)((byte*)&counters.Exhausted - start)));
        Assert.True((byte*)&counters.ReleasedReferenceCount - (byte*)&counters.Stray >= 2 * Line);
        Assert.True(start + sizeof(MempoolCounters) - (byte*)&counters.ReleasedReferenceCount >= Line);
    }

    [Fact]
    public void What_the_owner_writes_for_each_burst_shares_no_line_with_what_others_read_of_the_pool()
    {
        // It is a part of the pool's object, which starts anywhere: hence a line before and a line behind.
        MempoolHotState state;
        byte* start = (byte*)&state;
        Assert.Equal(5 * Line, sizeof(MempoolHotState));
        Assert.Equal((Line, Line + 8), ((int)((byte*)&state.Popped - start), (int)((byte*)&state.Pushed - start)));
        Assert.True((byte*)&state.Simple - start <= (2 * Line) - sizeof(long));

        // What any thread writes: a line away from the owner's, and from what follows in the object.
        Assert.True((byte*)&state.Unusual - (byte*)&state.Simple >= Line + sizeof(long));
        Assert.True(start + sizeof(MempoolHotState) - (byte*)&state.Unusual >= Line + sizeof(long));
    }

    private static void AssertPadded(Func<object> make, int bytes)
    {
        _ = make();
        long before = GC.GetAllocatedBytesForCurrentThread();
        object made = make();
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before >= bytes, $"{made.GetType().Name} is smaller than its layout says");
    }
}
