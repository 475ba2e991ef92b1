using Xunit;

namespace PollMode.Tests;

public sealed class AllocationTests
{
    private const long WarmUp = 200_000;
    private const long Packets = 10_000_000;

    [Fact]
    public void Ten_million_packets_through_a_worker_allocate_nothing()
    {
        long seen = 0;
        long before = 0;
        long after = -1;
        long counted = 0;
        using var test = new TestEngine(
            [$"null:rx={WarmUp + Packets + 100_000}", "null:rx=0"],
            builder => builder
                .Use(() => new LambdaStage((ref burst) =>
                {
                    if (seen < WarmUp && seen + burst.Count >= WarmUp)
                    {
                        before = GC.GetAllocatedBytesForCurrentThread();
                    }

                    if (after < 0 && seen >= WarmUp + Packets)
                    {
                        after = GC.GetAllocatedBytesForCurrentThread();
                    }

                    seen += burst.Count;
                }))
                .Use<MacSwapStage>()
                .Use(() => new LambdaStage((ref burst) =>
                {
                    // Every way through a burst: drop, mixed egress, a clone.
                    burst.Drop(0, DropReason.Filtered);
                    if (burst.Count > 3)
                    {
                        burst.SendTo(1, 0);
                        burst.TryAdd(burst[2].Clone(), 1);
                    }

                    counted += burst.Count;
                })));
        EngineStatistics end = test.RunToEnd();
        Assert.Equal(WarmUp + Packets + 100_000, end.RxPackets);
        Assert.True(counted > Packets);
        Assert.Equal(0, after - before);
        Assert.Equal(0, end.PoolInFlight);
    }
}
