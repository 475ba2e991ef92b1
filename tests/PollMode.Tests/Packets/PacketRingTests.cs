using CsCheck;
using Xunit;

namespace PollMode.Tests;

public sealed unsafe class PacketRingTests
{
    [Fact]
    public void One_thread_at_a_time_it_is_a_bounded_queue() => Gen.Int[-40, 40].Array[0, 80].Sample(
        steps =>
        {
            using var ring = new PacketRing(30);
            Assert.Equal(32, ring.Capacity);
            var model = new Queue<long>();
            long next = 1;
            foreach (int step in steps)
            {
                if (step < 0)
                {
                    int put = ring.Enqueue([.. Enumerable.Range(0, -step).Select(i => new Packet((PacketMetadata*)(next + i)))]);
                    Assert.Equal(Math.Min(-step, 32 - model.Count), put);
                    for (int i = 0; i < put; i++)
                    {
                        model.Enqueue(next++);
                    }
                }
                else
                {
                    var packets = new Packet[step];
                    int got = ring.Dequeue(packets);
                    Assert.Equal(Math.Min(step, model.Count), got);
                    Assert.All(packets[..got], packet => Assert.Equal(model.Dequeue(), (long)packet.Metadata));
                }

                Assert.Equal(model.Count, ring.Count);
            }
        },
        iter: 2000);

    [Fact]
    public void Room_and_waiting_are_told_before_anything_moves()
    {
        using var ring = new PacketRing(8);
        Packet[] packets = [.. Enumerable.Range(1, 8).Select(i => new Packet((PacketMetadata*)i))];
        for (int round = 0; round < 5; round++)
        {
            Assert.Equal(6, ring.RoomFor(6));
            Assert.True(ring.TryWrite(packets.AsSpan(2, 6)));
            var taken = new Packet[8];
            Assert.Equal((0, 0), (ring.Count, ring.Peek(taken)));
            Assert.True(ring.TryWrite(packets.AsSpan(0, 6)));
            ring.Publish(6);
            Assert.Equal(2, ring.RoomFor(6));
            Assert.Equal(6, ring.Peek(taken));
            Assert.Equal(4, ring.Peek(taken.AsSpan(0, 4)));
            Assert.Equal(6, ring.Count);
            Assert.Equal(2, ring.RoomFor(6));
            Assert.Equal(6, ring.Peek(taken));
            ring.Release(6);
            Assert.Equal(packets[..6], taken[..6]);
            Assert.Equal((0, 0), (ring.Count, ring.Peek(taken)));
        }
    }

    [Fact]
    public void What_was_only_written_or_only_looked_at_stays_where_it_is()
    {
        using var ring = new PacketRing(4);
        Packet[] packets = [.. Enumerable.Range(1, 4).Select(i => new Packet((PacketMetadata*)i))];
        Assert.True(ring.TryWrite(packets));
        Assert.Equal(2, ring.Enqueue(packets.AsSpan(2, 2)));
        Assert.Equal(2, ring.Count);
        var taken = new Packet[4];
        Assert.Equal(2, ring.Peek(taken));
        Assert.Equal(1, ring.Dequeue(taken.AsSpan(0, 1)));
        Assert.Equal(1, ring.Dequeue(taken));
        Assert.Equal(packets[3], taken[0]);
    }

    [Fact]
    public void A_part_of_what_was_written_or_looked_at_can_go()
    {
        using var ring = new PacketRing(4);
        Packet[] packets = [.. Enumerable.Range(1, 4).Select(i => new Packet((PacketMetadata*)i))];
        var taken = new Packet[4];

        // Often enough to begin at each slot, and to go over the end.
        for (int round = 0; round < 8; round++)
        {
            Assert.True(ring.TryWrite(packets));
            ring.Publish(3);
            Assert.Equal(3, ring.Peek(taken));
            ring.Release(2);
            Assert.Equal((1, 3), (ring.Count, ring.RoomFor(4)));
            Assert.Equal(1, ring.Dequeue(taken));
            Assert.Equal(packets[2], taken[0]);
        }
    }

    [Fact]
    public void More_than_there_is_room_for_is_refused_and_more_than_wait_are_not_given()
    {
        using var ring = new PacketRing(4);
        Packet[] packets = [.. Enumerable.Range(1, 5).Select(i => new Packet((PacketMetadata*)i))];
        Assert.False(ring.TryWrite(packets));
        Assert.Equal(0, ring.Count);
        Assert.Equal(3, ring.Enqueue(packets.AsSpan(0, 3)));
        Assert.Equal(3, ring.Peek(new Packet[4]));
        Assert.Equal(3, ring.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    [InlineData(1024)]
    public void Two_threads_pass_everything_in_order(int capacity)
    {
        const int All = 200_000;
        using var ring = new PacketRing(capacity);
        var producer = new Thread(() =>
        {
            var random = new Random(capacity);
            var batch = new Packet[96];
            for (long sent = 0; sent < All;)
            {
                int want = (int)Math.Min(random.Next(1, 97), All - sent);
                for (int i = 0; i < want; i++)
                {
                    batch[i] = new Packet((PacketMetadata*)(sent + i + 1));
                }

                int put = ring.Enqueue(batch.AsSpan(0, want));
                sent += put;
                if (put == 0)
                {
                    Thread.Yield();
                }
            }
        });
        producer.Start();
        var packets = new Packet[80];
        for (long expected = 1; expected <= All;)
        {
            int got = ring.Dequeue(packets);
            for (int i = 0; i < got; i++)
            {
                if ((long)packets[i].Metadata != expected++)
                {
                    Assert.Fail($"{(long)packets[i].Metadata} came where {expected - 1} was due");
                }
            }

            Assert.InRange(ring.Count, 0, ring.Capacity);
            if (got == 0)
            {
                Thread.Yield();
            }
        }

        producer.Join();
        Assert.Equal(0, ring.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData((1 << 24) + 1)]
    public void Absurd_capacities_are_refused(int capacity) => Assert.Throws<ArgumentOutOfRangeException>(() => new PacketRing(capacity));
}
