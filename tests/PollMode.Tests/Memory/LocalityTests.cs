using Xunit;

namespace PollMode.Tests;

/// <summary>In what order a pool gives buffers, when they come back in any: perf/Iotlb shows what that means to a device.</summary>
public sealed class LocalityTests
{
    private const int Burst = 64;
    private const int Posted = 1024;

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.05)]
    [InlineData(0.3)]
    public void A_fixed_pool_stays_local_however_late_and_shuffled_its_buffers_come_back(double late)
    {
        using var arena = new Arena(new ArenaOptions { LimitBytes = 32L * Arena.SlabBytes, BufferBytes = 4096, LargestPages = PageKind.Small4KiB, AddressesOnly = true });
        using var pool = new Mempool(arena, new MempoolOptions { Buffers = 32 * 512 });
        var random = new Random(7);
        var posted = new Queue<Packet>();
        var held = new PriorityQueue<Packet[], long>();
        var burst = new Packet[Burst];
        long changes = 0;
        long counted = 0;
        int slab = -1;

        // Sixty times round the pool; the last twenty count.
        for (long clock = 0; clock < 60 * pool.Capacity; clock += Burst)
        {
            int count = pool.Rent(burst);
            Assert.Equal(Burst, count);
            foreach (Packet packet in burst)
            {
                posted.Enqueue(packet);
                int now = SlabOf(packet);
                if (clock >= 40 * pool.Capacity)
                {
                    changes += now != slab ? 1 : 0;
                    counted++;
                }

                slab = now;
            }

            while (posted.Count > Posted)
            {
                var back = new Packet[16];
                for (int i = 0; i < back.Length; i++)
                {
                    back[i] = posted.Dequeue();
                }

                random.Shuffle(back);
                held.Enqueue(back, clock + random.Next(256) + (random.NextDouble() < late ? random.Next(10_000) : 0));
            }

            while (held.TryPeek(out Packet[]? ready, out long due) && due <= clock)
            {
                held.Dequeue();
                Mempool.Free(ready);
            }
        }

        // A shuffled pool changes slabs with nearly every buffer: 60 times in 64. Ours takes whole runs.
        Assert.InRange(changes * (double)Burst / counted, 0, 1.5);
        while (held.TryDequeue(out Packet[]? rest, out _))
        {
            Mempool.Free(rest);
        }

        Mempool.Free(posted.ToArray());
        TestMemory.AssertConserved(pool, 0);
    }

    private static unsafe int SlabOf(Packet packet) => packet.Metadata->SlabId;
}
