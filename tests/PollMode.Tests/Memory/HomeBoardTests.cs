using CsCheck;
using Xunit;

namespace PollMode.Tests;

public sealed unsafe class HomeBoardTests
{
    private const int PerSlab = 200;
    private const int Slabs = 70;

    [Fact]
    public void It_holds_what_a_set_would_hold() => Gen.Select(Gen.Int[0, 3], Gen.Int[0, Slabs - 1], Gen.Int[0, PerSlab - 1], Gen.Int[1, 90]).Array[0, 200].Sample(
        steps =>
        {
            using HomeBoard board = Board(Slabs);
            var home = new HashSet<long>();
            var returned = new HashSet<long>();
            Packet* taken = stackalloc Packet[90];
            foreach ((int action, int slab, int buffer, int count) in steps)
            {
                long name = NameOf(slab, buffer);
                switch (action)
                {
                    case 0 when !home.Contains(name) && returned.Add(name):
                        board.Return(slab, buffer >> 6, 1UL << buffer);
                        break;
                    case 1 when !returned.Contains(name) && home.Add(name):
                        board.Put(slab, buffer >> 6, 1UL << buffer);
                        break;
                    case 2:
                        Assert.Equal(returned.Count, board.Harvest());
                        home.UnionWith(returned);
                        returned.Clear();
                        break;
                    case 3:
                        int got = board.Take(taken, count);
                        Assert.Equal(Math.Min(count, home.Count), got);
                        for (int i = 0; i < got; i++)
                        {
                            Assert.True(home.Remove((long)taken[i].Metadata), "not home, or taken twice");
                        }

                        break;
                }

                Assert.Equal((home.Count, returned.Count), (board.Count, board.Pending));
            }
        },
        iter: 500);

    [Fact]
    public void A_run_comes_from_one_slab_while_one_has_it()
    {
        using HomeBoard board = Board(4);
        int[] fill = [60, 100, 30, 70];
        for (int slab = 0; slab < 4; slab++)
        {
            for (int i = 0; i < fill[slab]; i++)
            {
                board.Put(slab, i >> 6, 1UL << i);
            }
        }

        Assert.Equal([(1, 64)], Take(board, 64));
        Assert.Equal([(3, 64)], Take(board, 64));

        // No slab has a whole run any more: the fullest first.
        Assert.False(board.HasRun(64));
        Assert.Equal([(0, 60), (3, 4)], Take(board, 64));
        Assert.Equal([(1, 36), (2, 28)], Take(board, 64));
        Assert.Equal([(2, 2), (3, 2)], Take(board, 64));
        Assert.Empty(Take(board, 64));
    }

    [Fact]
    public void Of_many_slabs_it_takes_the_one_used_last_that_has_a_run_or_else_the_fullest() => Gen.Select(Gen.Int[1, Slabs], Gen.Int[0, 1_000_000]).Sample(
        (slabs, seed) =>
        {
            using HomeBoard board = Board(slabs);
            var random = new Random(seed);
            var counts = new int[slabs];
            var used = new int[slabs];
            for (int slab = 0; slab < slabs; slab++)
            {
                counts[slab] = random.Next(3) == 0 ? random.Next(PerSlab) : random.Next(4);
                for (int i = 0; i < counts[slab]; i++)
                {
                    board.Put(slab, i >> 6, 1UL << i);
                }
            }

            int current = 0;
            for (int clock = 1; counts.Sum() > 0; clock++)
            {
                var expected = new SortedDictionary<int, int>();
                int wanted = 1 + random.Next(90);
                for (int left = Math.Min(wanted, counts.Sum()), asked = wanted; left > 0;)
                {
                    if (counts[current] < asked)
                    {
                        int[] whole = [.. Enumerable.Range(0, slabs).Where(slab => counts[slab] >= asked)];
                        current = whole.Length > 0 ? whole.MaxBy(slab => (used[slab], counts[slab], -slab)) : Array.IndexOf(counts, counts.Max());
                        used[current] = clock++;
                    }

                    int count = Math.Min(left, counts[current]);
                    expected[current] = expected.GetValueOrDefault(current) + count;
                    counts[current] -= count;
                    (left, asked) = (left - count, asked - count);
                }

                Assert.Equal(expected.Select(pair => (pair.Key, pair.Value)), Take(board, wanted));
            }
        },
        iter: 200);

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 3)]
    [InlineData(4, 70)]
    public void Returners_lose_nothing_and_double_nothing(int returners, int slabs)
    {
        const int Rounds = 400;
        using HomeBoard board = Board(slabs);
        var threads = new Thread[returners];
        int running = returners;

        // Each returner has buffers of its own, in words that all share, and returns them as often as the owner took them.
        var free = new int[slabs * PerSlab];
        Array.Fill(free, 1);
        for (int r = 0; r < returners; r++)
        {
            int returner = r;
            threads[r] = new Thread(() =>
            {
                for (int round = 0; round < Rounds; round++)
                {
                    for (int n = returner; n < free.Length; n += returners)
                    {
                        if (Volatile.Read(ref free[n]) == 1)
                        {
                            Volatile.Write(ref free[n], 0);
                            board.Return(n / PerSlab, n % PerSlab >> 6, 1UL << (n % PerSlab));
                        }
                    }

                    Thread.Yield();
                }

                Interlocked.Decrement(ref running);
            });
            threads[r].Start();
        }

        Packet* taken = stackalloc Packet[64];
        long total = 0;
        while (true)
        {
            bool last = Volatile.Read(ref running) == 0;
            board.Harvest();
            int got;
            while ((got = board.Take(taken, 64)) > 0)
            {
                total += got;
                for (int i = 0; i < got; i++)
                {
                    int n = (int)((long)taken[i].Metadata - NameOf(0, 0)) / PacketMetadata.Bytes;
                    Assert.Equal(0, Volatile.Read(ref free[n]));
                    Volatile.Write(ref free[n], 1);
                }
            }

            if (last)
            {
                break;
            }

            Thread.Yield();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.Equal((0, 0), (board.Count, board.Pending));
        Assert.All(free, state => Assert.Equal(1, state));
        Assert.True(total >= free.Length, $"{total} of {free.Length}");
    }

    private static HomeBoard Board(int slabs)
    {
        var board = new HomeBoard(slabs, PerSlab);
        for (int slab = 0; slab < slabs; slab++)
        {
            board.Attach(slab, (PacketMetadata*)NameOf(slab, 0));
        }

        return board;
    }

    /// <summary>An address that nobody follows.</summary>
    private static long NameOf(int slab, int buffer) => 1_000_000 + (((long)slab * PerSlab) + buffer) * PacketMetadata.Bytes;

    private static List<(int Slab, int Count)> Take(HomeBoard board, int count)
    {
        Packet* taken = stackalloc Packet[count];
        int got = board.Take(taken, count);
        var slabs = new List<int>();
        for (int i = 0; i < got; i++)
        {
            slabs.Add((int)(((long)taken[i].Metadata - NameOf(0, 0)) / PacketMetadata.Bytes / PerSlab));
        }

        return [.. slabs.GroupBy(slab => slab).Select(group => (group.Key, group.Count())).Order()];
    }
}
