using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>Indices and descriptors at the edges of what the other side may say in each kind of ring: the last that is good, and the first that is not.</summary>
public sealed unsafe class RingTests
{
    private const int RawRingSize = 32;
    private const int RingSize = 1024;

    /// <summary>What a buffer of the pool has room for behind its headroom, and the bytes of a whole one: a copying client's own have as many.</summary>
    private const int Room = 2048 - 128;
    private const int OwnBytes = 2048;

    [Theory]
    [InlineData(RawRingSize, true)]
    [InlineData(RawRingSize + 1, false)]
    [InlineData(ushort.MaxValue, false)]
    public void A_client_fills_no_more_than_the_ring(int head, bool isGood)
    {
        using MemifSide server = ServerOf(out RawClient client);
        using (client)
        {
            client.ToServer.Head = (ushort)head;
            var frames = new List<byte[]>();
            server.Collect(frames);
            AssertEnd(server, isGood);
            Assert.Equal(isGood ? RawRingSize : 0, frames.Count);
        }
    }

    [Theory]
    [InlineData(RawRingSize, true)]
    [InlineData(RawRingSize + 1, false)]
    [InlineData(ushort.MaxValue, false)]
    public void A_client_puts_in_no_more_buffers_than_the_ring_has(int head, bool isGood)
    {
        using MemifSide server = ServerOf(out RawClient client);
        using (client)
        {
            client.ToClient.Head = (ushort)head;
            server.SendSome(Traffic.Frame(1, 200), 1);
            AssertEnd(server, isGood);
            Assert.Equal(isGood ? 1 : 0, client.ToClient.Tail);
        }
    }

    [Theory]
    [InlineData("zero_copy=off", RingSize, true)]
    [InlineData("zero_copy=off", RingSize + 1, false)]
    [InlineData("zero_copy=on", RingSize, true)]
    [InlineData("zero_copy=on", RingSize + 1, false)]
    public void A_server_fills_no_more_buffers_than_are_there(string keys, int tail, bool isGood)
    {
        using MemifSide client = ClientOf(keys, out MemifSide server, out MemifLink link);
        using (server)
        {
            Describe(link.ToClient[0]!, RingSize, 100);
            link.ToClient[0]!.Tail = (ushort)tail;
            var frames = new List<byte[]>();
            client.Collect(frames);
            AssertEnd(client, isGood);
            Assert.Equal(isGood ? 64 : 0, frames.Count);
        }
    }

    [Theory]
    [InlineData("zero_copy=off", 1, true)]
    [InlineData("zero_copy=off", 2, false)]
    [InlineData("zero_copy=on", 1, true)]
    [InlineData("zero_copy=on", 2, false)]
    public void A_server_empties_no_more_than_was_filled(string keys, int tail, bool isGood)
    {
        using MemifSide client = ClientOf(keys, out MemifSide server, out MemifLink link);
        using (server)
        {
            byte[] frame = Traffic.Frame(1, 200);
            client.SendSome(frame, 1);
            link.ToServer[0]!.Tail = (ushort)tail;
            client.SendSome(frame, 1);
            AssertEnd(client, isGood);
        }
    }

    [Theory]
    [InlineData("zero_copy=off", OwnBytes, true)]
    [InlineData("zero_copy=off", OwnBytes + 1, false)]
    [InlineData("zero_copy=on", Room, true)]
    [InlineData("zero_copy=on", Room + 1, false)]
    public void A_frame_is_no_longer_than_the_buffer_that_was_put_in_for_it(string keys, int length, bool isGood)
    {
        foreach (bool chained in new[] { false, true })
        {
            using MemifSide client = ClientOf(keys, out MemifSide server, out MemifLink link);
            using (server)
            {
                int last = chained ? 1 : 0;
                Descriptor.WriteLength(link.ToClient[0]!.Descriptors, Descriptor.Next, 60);
                Descriptor.WriteLength(link.ToClient[0]!.Descriptors + last, 0, (uint)length);
                link.ToClient[0]!.Tail = (ushort)(last + 1);
                var frames = new List<byte[]>();
                client.Collect(frames);
                AssertEnd(client, isGood);
                Assert.Equal(isGood ? [(last * 60) + length] : [], frames.Select(frame => frame.Length));
            }
        }
    }

    [Theory]
    [InlineData("zero_copy=off")]
    [InlineData("zero_copy=on")]
    public void Where_a_clients_buffers_lie_is_not_for_the_server_to_say(string keys)
    {
        using MemifSide client = ClientOf(keys, out MemifSide server, out MemifLink link);
        using (server)
        {
            byte[] frame = Traffic.Frame(1, 200);
            server.SendSome(frame, 1);
            Descriptor.WriteTo(link.ToClient[0]!.Descriptors, 0, 77, 200, uint.MaxValue - 500);
            var frames = new List<byte[]>();
            client.Collect(frames);
            Assert.Equal([frame], frames);

            Descriptor.WriteTo(link.ToServer[0]!.Descriptors, 0, 77, 1, uint.MaxValue - 500);
            client.SendSome(frame, 1);
            server.Collect(frames);
            Assert.Equal([frame, frame], frames);
            AssertEnd(client, isGood: true);
        }
    }

    [Theory]
    [InlineData("zero_copy=off")]
    [InlineData("zero_copy=on")]
    [InlineData("role=server")]
    public void A_chain_ends_before_the_ring_does(string keys)
    {
        if (keys == "role=server")
        {
            using MemifSide server = ServerOf(out RawClient raw);
            using (raw)
            {
                Descriptor.WriteTo(raw.ToServer.Descriptors, Descriptor.Next, 1, 60, 0);
                raw.ToServer.Head = 1;
                Assert.Equal(0, server.Rx[0].Receive(new Packet[8]));
                AssertEnd(server, isGood: false);
            }

            return;
        }

        using MemifSide client = ClientOf(keys, out MemifSide other, out MemifLink link);
        using (other)
        {
            Descriptor.WriteLength(link.ToClient[0]!.Descriptors, Descriptor.Next, 60);
            Descriptor.WriteLength(link.ToClient[0]!.Descriptors + 1, Descriptor.Next, 60);
            link.ToClient[0]!.Tail = 2;
            Assert.Equal(0, client.Rx[0].Receive(new Packet[8]));
            AssertEnd(client, isGood: false);
        }
    }

    [Fact]
    public void A_chain_that_is_no_frame_for_its_length_is_passed_over_and_the_next_one_taken()
    {
        using MemifSide server = ServerOf(out RawClient client);
        using (client)
        {
            // 65535 bytes are the most; a chain of one byte more is lost to its end.
            Descriptor.WriteTo(client.ToServer.Descriptors, Descriptor.Next, 1, 65535, 0);
            Descriptor.WriteTo(client.ToServer.Descriptors + 1, Descriptor.Next, 1, 1, 0);
            Descriptor.WriteTo(client.ToServer.Descriptors + 2, 0, 1, 60, 0);
            Descriptor.WriteTo(client.ToServer.Descriptors + 3, Descriptor.Next, 1, 6, 0);
            Descriptor.WriteTo(client.ToServer.Descriptors + 4, 0, 1, 7, 0);
            Descriptor.WriteTo(client.ToServer.Descriptors + 5, 0, 1, 65535, 0);
            client.ToServer.Head = 6;
            var packets = new Packet[8];
            Assert.Equal(1, server.Rx[0].Receive(packets));
            Assert.Equal((65535, 1 + ((65535 - Room + OwnBytes - 1) / OwnBytes)), (packets[0].TotalLength, packets[0].SegmentCount));
            server.Pool.Return(packets[0]);
            Assert.Equal(2, server.Rx[0].Counters.Errors);
            AssertEnd(server, isGood: true);
        }
    }

    [Theory]
    [InlineData("zero_copy=off")]
    [InlineData("zero_copy=on")]
    [InlineData("role=server")]
    public void A_frame_shorter_than_a_header_is_passed_over(string keys)
    {
        RawClient? raw = null;
        MemifSide? other = null;
        MemifLink? link = null;
        using MemifSide side = keys == "role=server" ? ServerOf(out raw) : ClientOf(keys, out other, out link);
        using (raw)
        using (other)
        {
            Ring ring = raw?.ToServer ?? link!.ToClient[0]!;
            Descriptor.WriteLength(ring.Descriptors, 0, 13);
            Descriptor.WriteLength(ring.Descriptors + 1, 0, 14);
            ring.Head = raw != null ? (ushort)2 : ring.Head;
            ring.Tail = raw == null ? (ushort)2 : ring.Tail;
            var frames = new List<byte[]>();
            side.Collect(frames);
            Assert.Equal([14], frames.Select(frame => frame.Length));
            Assert.Equal(1, side.Rx[0].Counters.Errors);
            AssertEnd(side, isGood: true);
        }
    }

    [Fact]
    public void Buffers_of_no_bytes_end_the_connection_and_do_not_hold_the_sender_up()
    {
        using MemifSide server = ServerOf(out RawClient client);
        using (client)
        {
            for (int slot = 0; slot < RawRingSize; slot++)
            {
                Descriptor.WriteTo(client.ToClient.Descriptors + slot, 0, 1, 0, 0);
            }

            client.ToClient.Head = RawRingSize;
            server.SendSome(Traffic.Frame(1, 200), 1);
            AssertEnd(server, isGood: false);
        }
    }

    private static MemifSide ServerOf(out RawClient client)
    {
        string socket = MemifPairTests.NewName();
        var server = new MemifSide($"memif:{socket},role=server");
        client = new RawClient(socket, RawClient.NewMemory(4 << 20), 4 << 20);
        server.WaitForLink();
        return server;
    }

    /// <summary>A client whose buffers lie in its ring, and the rings as its server sees them, who writes whatever it likes.</summary>
    private static MemifSide ClientOf(string keys, out MemifSide server, out MemifLink link)
    {
        string socket = MemifPairTests.NewName();
        server = new MemifSide($"memif:{socket},role=server");
        var client = new MemifSide($"memif:{socket},{keys}");
        server.WaitForLink();
        client.WaitForLink();
        link = ((MemifPort)server.Port).Current!;
        Assert.Equal(RingSize, link.ToClient[0]!.Size);
        return client;
    }

    private static void Describe(Ring ring, int count, uint length)
    {
        for (int slot = 0; slot < count; slot++)
        {
            Descriptor.WriteLength(ring.Descriptors + slot, 0, length);
        }
    }

    private static void AssertEnd(MemifSide side, bool isGood) =>
        Assert.Equal((isGood ? LinkState.Up : LinkState.Down, isGood ? 0 : 1), (side.Port.Link, side.Counter("protocol_violations")));
}
