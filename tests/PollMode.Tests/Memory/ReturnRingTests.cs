using CsCheck;
using Xunit;

namespace PollMode.Tests;

public sealed unsafe class ReturnRingTests
{
    /// <summary>Positive takes so many out, negative puts so many in.</summary>
    private static readonly Gen<int[]> Steps = Gen.Int[-90, 90].Array[0, 60];

    [Fact]
    public void One_thread_at_a_time_it_is_a_bounded_queue() => Steps.Sample(
        steps =>
        {
            using var ring = new ReturnRing(1);
            Assert.Equal(64, ring.Capacity);
            var model = new Queue<long>();
            long next = 1;
            Packet* taken = stackalloc Packet[128];
            foreach (int step in steps)
            {
                if (step < 0)
                {
                    Packet[] packets = [.. Enumerable.Range(0, -step).Select(i => new Packet((PacketMetadata*)(next + i)))];
                    int put = ring.Enqueue(packets);
                    Assert.Equal(Math.Min(packets.Length, 64 - model.Count), put);
                    for (int i = 0; i < put; i++)
                    {
                        model.Enqueue(next++);
                    }
                }
                else
                {
                    int got = ring.Dequeue(taken, step);
                    Assert.Equal(Math.Min(step, model.Count), got);
                    for (int i = 0; i < got; i++)
                    {
                        Assert.Equal(model.Dequeue(), (long)taken[i].Metadata);
                    }
                }

                Assert.Equal(model.Count, ring.Count);
                Assert.Equal(model.Count == 0, ring.IsEmpty);
            }
        },
        iter: 2000);

    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 64)]
    [InlineData(4, 256)]
    public void Producers_lose_nothing_double_nothing_and_keep_their_order(int producers, int capacity)
    {
        const int Each = 60_000;
        using var ring = new ReturnRing(capacity);
        var threads = new Thread[producers];
        for (int p = 0; p < producers; p++)
        {
            int producer = p;
            threads[p] = new Thread(() =>
            {
                var random = new Random(producer);
                var batch = new Packet[64];
                for (long sent = 0; sent < Each;)
                {
                    int want = (int)Math.Min(random.Next(1, 65), Each - sent);
                    for (int i = 0; i < want; i++)
                    {
                        batch[i] = new Packet((PacketMetadata*)(((long)(producer + 1) << 32) | (sent + i)));
                    }

                    int put = ring.Enqueue(batch.AsSpan(0, want));
                    sent += put;
                    if (put < want)
                    {
                        Thread.Yield();
                    }
                }
            });
            threads[p].Start();
        }

        var expected = new long[producers];
        Packet* taken = stackalloc Packet[48];
        for (long total = 0; total < (long)producers * Each;)
        {
            int got = ring.Dequeue(taken, 48);
            for (int i = 0; i < got; i++)
            {
                long stamp = (long)taken[i].Metadata;
                Assert.Equal(expected[(stamp >> 32) - 1]++, stamp & uint.MaxValue);
            }

            total += got;
            Assert.InRange(ring.Count, 0, ring.Capacity);
            if (got == 0)
            {
                Thread.Yield();
            }
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.True(ring.IsEmpty);
        Assert.Equal(0, ring.Count);
    }
}
