using PollMode.Linux;
using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>A server and a client in one process.</summary>
public sealed class MemifPairTests
{
    private static int _names;

    [Theory]
    [InlineData("zero_copy=on", false)]
    [InlineData("zero_copy=off", false)]
    [InlineData("zero_copy=on", true)]
    [InlineData("zero_copy=off", true)]
    [InlineData("zero_copy=on,interrupt=true", true)]
    [InlineData("zero_copy=off,bsize=256", true)]
    public void Frames_pass_whole_both_ways(string keys, bool jumbo)
    {
        string socket = NewName();
        using var server = new MemifSide($"memif:{socket},role=server,interrupt={(keys.Contains("interrupt", StringComparison.Ordinal) ? "true" : "false")}");
        using var client = new MemifSide($"memif:{socket},{keys}");
        server.WaitForLink();
        client.WaitForLink();
        byte[][] frames = Traffic.Frames(jumbo);
        Traffic.AssertSame(frames, Traffic.Pass(client, server, frames));
        Traffic.AssertSame(frames, Traffic.Pass(server, client, frames, segmentBytes: 700));
        Assert.Equal(frames.Length, server.Rx[0].Counters.Packets);
        Assert.Equal(frames.Sum(frame => (long)frame.Length), server.Rx[0].Counters.Bytes);
        Assert.Equal((long)frames.Length, server.Rx[0].Counters.Copied);
        Assert.Equal((long)frames.Length, server.Tx[0].Counters.Copied);
        Assert.Equal(keys.Contains("on", StringComparison.Ordinal) ? 0 : frames.Length, client.Rx[0].Counters.Copied);
        Assert.Equal(0, server.Counter("protocol_violations") + client.Counter("protocol_violations"));
    }

    [Fact]
    public void Zero_copy_passes_the_buffer_itself()
    {
        string socket = NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using var client = new MemifSide($"memif:{socket}");
        client.WaitForLink();
        Assert.True(client.Port.Capabilities.ZeroCopy);
        Assert.True(client.Arena.SharedFileDescriptor >= 0);
        var frames = new List<byte[]>();
        byte[] frame = Traffic.Frame(1, 100);
        Packet packet = client.Make(frame);
        Assert.Equal(1, client.Tx[0].Send([packet]));
        Assert.True(client.Tx[0].Service());

        // The server has not copied it yet: what is written into the buffer now, it sees.
        packet.Span[50] ^= 0xFF;
        frame[50] ^= 0xFF;
        server.CollectUntil(frames, 1);
        Assert.Equal(frame, Assert.Single(frames));
        Assert.False(client.Tx[0].Service());
    }

    [Theory]
    [InlineData("zero_copy=on")]
    [InlineData("zero_copy=off")]
    public void Ring_pairs_are_separate(string keys)
    {
        string socket = NewName();
        using var server = new MemifSide($"memif:{socket},role=server,queues=3", queues: 3);
        using var client = new MemifSide($"memif:{socket},queues=3,{keys}", queues: 3);
        client.WaitForLink();
        for (int queue = 0; queue < 3; queue++)
        {
            byte[] frame = Traffic.Frame(queue, 200 + queue);
            foreach ((MemifSide from, MemifSide to) in new[] { (client, server), (server, client) })
            {
                var frames = new List<byte[]>();
                to.Collect(frames, queue);
                Packet packet = from.Make(frame);
                Assert.True(SpinWait.SpinUntil(() => from.Tx[queue].Send([packet]) == 1, TimeSpan.FromSeconds(30)));
                to.CollectUntil(frames, 1, queue);
                Assert.Equal(frame, Assert.Single(frames));
                from.Tx[queue].Service();
            }
        }
    }

    [Theory]
    [InlineData("zero_copy=on")]
    [InlineData("zero_copy=off")]
    public void A_connection_comes_back_after_either_side_ends(string keys)
    {
        string socket = NewName();
        byte[][] frames = [.. Traffic.Frames().Take(100)];
        var server = new MemifSide($"memif:{socket},role=server");
        var client = new MemifSide($"memif:{socket},{keys}");
        for (int round = 0; round < 3; round++)
        {
            server.WaitForLink();
            client.WaitForLink();
            Traffic.AssertSame(frames, Traffic.Pass(client, server, frames));
            Traffic.AssertSame(frames, Traffic.Pass(server, client, frames));
            if (round % 2 == 0)
            {
                server.Dispose();
                client.WaitForLink(LinkState.Down);
                Assert.Equal(0, client.Pool.InFlight);
                server = new MemifSide($"memif:{socket},role=server");
            }
            else
            {
                client.Dispose();
                server.WaitForLink(LinkState.Down);
                client = new MemifSide($"memif:{socket},{keys}");
            }
        }

        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public void Ids_share_a_socket_and_secrets_are_compared()
    {
        string socket = NewName();
        var shared = new Dictionary<string, object>(StringComparer.Ordinal);
        using var arena = new Arena(new ArenaOptions { LargestPages = PageKind.Small4KiB });
        IPort Server(string keys) => new MemifDriver().Open(PortSpec.Parse($"memif:{socket},role=server,{keys}"), new PortContext { PortIndex = 0, Arena = arena, Shared = shared });
        using IPort open = Server("id=1");
        using IPort secret = Server("id=2,secret=abc");
        Assert.Contains("another id", Assert.Throws<PollModeException>(() => Server("id=2")).Message, StringComparison.Ordinal);
        using (var client = new MemifSide($"memif:{socket},id=1,secret=needless"))
        {
            client.WaitForLink();
        }

        using (var client = new MemifSide($"memif:{socket},id=2,secret=abc"))
        {
            client.WaitForLink();
            Assert.True(SpinWait.SpinUntil(() => secret.Link == LinkState.Up, TimeSpan.FromSeconds(10)));
        }

        foreach ((string keys, string reason) in new[] { ("id=2", "Secret required"), ("id=2,secret=abd", "Incorrect secret"), ("id=7", "ID not found") })
        {
            using var client = new MemifSide($"memif:{socket},{keys}");
            Assert.True(SpinWait.SpinUntil(() => client.Port.Report[0].Contains(reason, StringComparison.Ordinal), TimeSpan.FromSeconds(10)), client.Port.Report[0]);
            Assert.Equal(LinkState.Down, client.Port.Link);
        }
    }

    [Theory]
    [InlineData(Errno.ENOENT, "start the server there")]
    [InlineData(ControlChannel.ConnectionRefused, "nobody listens there")]
    [InlineData(ControlChannel.WrongType, "another kind of server")]
    public void A_client_says_why_it_has_no_connection(int errno, string remedy)
    {
        string path = Path.Combine(Path.GetTempPath(), $"pm-memif-{Environment.ProcessId}-{Interlocked.Increment(ref _names)}.sock");
        System.Net.Sockets.SocketType type = errno == ControlChannel.WrongType ? System.Net.Sockets.SocketType.Stream : System.Net.Sockets.SocketType.Seqpacket;
        using var other = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, type, System.Net.Sockets.ProtocolType.Unspecified);
        if (errno != Errno.ENOENT)
        {
            other.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        }

        if (errno == ControlChannel.WrongType)
        {
            other.Listen(1);
        }

        using var client = new MemifSide($"memif:{path}");
        Assert.True(
            SpinWait.SpinUntil(() => client.Port.Report[0].Contains(Errno.Name(errno), StringComparison.Ordinal), TimeSpan.FromSeconds(30)), client.Port.Report[0]);
        Assert.Contains(remedy, client.Port.Report[0], StringComparison.Ordinal);
        File.Delete(path);
    }

    [Fact]
    public void A_client_that_may_not_write_to_the_socket_is_told_so() =>
        Assert.Contains("let this user write", MemifClient.Explain(SocketName.Parse(PortSpec.Parse("memif:x"), "/x"), Errno.EACCES), StringComparison.Ordinal);

    [Fact]
    public void A_socket_file_goes_with_the_server_and_a_stale_one_is_replaced()
    {
        string path = Path.Combine(Path.GetTempPath(), $"pm-memif-{Environment.ProcessId}-{Interlocked.Increment(ref _names)}.sock");
        using (var server = new MemifSide($"memif:{path},role=server"))
        {
            Assert.True(File.Exists(path));
            LinuxException fault = Assert.Throws<LinuxException>(() => new MemifSide($"memif:{path},role=server"));
            Assert.Contains("another server listens there", fault.Message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(path));
        using (var stale = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Seqpacket, System.Net.Sockets.ProtocolType.Unspecified))
        {
            stale.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
            File.Move(path, path + ".kept");
        }

        File.Move(path + ".kept", path);
        using (var server = new MemifSide($"memif:{path},role=server"))
        using (var client = new MemifSide($"memif:{path}"))
        {
            client.WaitForLink();
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_server_that_accepts_nobody_holds_up_no_client()
    {
        string path = Path.Combine(Path.GetTempPath(), $"pm-memif-{Environment.ProcessId}-{Interlocked.Increment(ref _names)}.sock");
        try
        {
            using var deaf = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Seqpacket, System.Net.Sockets.ProtocolType.Unspecified);
            deaf.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
            deaf.Listen(0);
            using ControlChannel waiting = ControlChannel.TryConnect(SocketName.Parse(PortSpec.Parse("memif:x"), path), new Discards(), out _)!;
            Exception? fault = null;
            var closing = new Thread(() =>
            {
                using (new MemifSide($"memif:{path}"))
                {
                    Thread.Sleep(300);
                }

                // Nor is its socket file one that nobody uses.
                fault = Record.Exception(() => new MemifSide($"memif:{path},role=server").Dispose());
            });
            closing.Start();
            bool closed = closing.Join(TimeSpan.FromSeconds(20));
            deaf.Dispose();
            closing.Join();
            Assert.True(closed, "the client waits to be accepted");
            Assert.IsType<LinuxException>(fault);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("zero_copy=on")]
    [InlineData("zero_copy=off")]
    public void A_burst_allocates_nothing(string keys)
    {
        string socket = NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using var client = new MemifSide($"memif:{socket},{keys}");
        client.WaitForLink();
        var packets = new Packet[64];
        byte[] frame = Traffic.Frame(5, 300);
        long before = 0;
        long moved = 0;
        for (int round = 0; round < 2000; round++)
        {
            if (round == 200)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            moved += Move(client, server, packets, frame) + Move(server, client, packets, frame);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(moved > 100_000, $"{moved} packets moved");
    }

    [Fact]
    public void Work_left_to_the_device_is_done()
    {
        string socket = NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using var client = new MemifSide($"memif:{socket}");
        client.WaitForLink();
        byte[] frame = Traffic.Frame(9, 101);
        foreach ((MemifSide from, MemifSide to) in new[] { (client, server), (server, client) })
        {
            to.Collect([]);
            foreach (bool shared in new[] { false, true })
            {
                Packet packet = from.Make(frame, 41);
                packet.VlanTci = 0x0123;
                packet.ChecksumStart = 24;
                packet.ChecksumOffset = 6;
                packet.Flags |= PacketFlags.TxChecksumPartial;
                Packet clone = shared ? packet.Clone() : default;
                Assert.True(SpinWait.SpinUntil(() => from.Tx[0].Send([packet]) == 1, TimeSpan.FromSeconds(30)));
                var frames = new List<byte[]>();
                to.CollectUntil(frames, 1);
                byte[] expected = [.. frame];
                System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(expected.AsSpan(30), Wire.InternetChecksum.FinishUdp(Wire.InternetChecksum.Sum(frame.AsSpan(24))));
                Assert.Equal([.. expected[..12], 0x81, 0x00, 0x01, 0x23, .. expected[12..]], frames[0]);
                if (shared)
                {
                    Assert.Equal(frame[..41], clone.Span.ToArray());
                    clone.Free();
                }

                from.Tx[0].Service();
            }
        }
    }

    [Theory]
    [InlineData("zero_copy=on")]
    [InlineData("zero_copy=off")]
    public void Frames_without_a_whole_header_are_lost_and_counted_once(string keys)
    {
        string socket = NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using var client = new MemifSide($"memif:{socket},{keys}");
        client.WaitForLink();
        byte[] shortest = Traffic.Frame(1, 60)[..14];
        foreach ((MemifSide from, MemifSide to) in new[] { (client, server), (server, client) })
        {
            to.WaitForLink();
            Packet empty = from.Make(shortest);
            Assert.True(empty.TryTrimEnd(14));
            Packet[] packets = [from.Make(shortest), from.Make(shortest.AsSpan(0, 13)), empty, from.Make(shortest.AsSpan(0, 13), 5), from.Make(shortest, 5)];
            Assert.Equal(5, from.Tx[0].Send(packets));
            var frames = new List<byte[]>();
            to.CollectUntil(frames, 2);
            from.Tx[0].Service();
            QueueCounters counters = from.Tx[0].Counters;
            Assert.Equal((5, 14 + 13 + 0 + 13 + 14, 3, 0), (counters.Packets, counters.Bytes, counters.Errors, counters.Dropped));
            Traffic.AssertSame([shortest, shortest], frames);
            Assert.Equal((2, 28, 0, 0), (to.Rx[0].Counters.Packets, to.Rx[0].Counters.Bytes, to.Rx[0].Counters.Errors, to.Rx[0].Counters.Dropped));
        }
    }

    [Fact]
    public void A_chain_for_which_there_are_no_buffers_is_dropped_and_no_error()
    {
        string socket = NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using var client = new MemifSide($"memif:{socket}");
        client.WaitForLink();
        server.WaitForLink();
        var all = new Packet[server.Pool.LimitBuffers];
        int rented = server.Pool.Rent(all);
        server.Pool.Return(all[--rented]);
        Assert.Equal(1, client.Tx[0].Send([client.Make(Traffic.Frame(1, 9000))]));
        Assert.Equal(0, server.Rx[0].Receive(new Packet[8]));
        QueueCounters counters = server.Rx[0].Counters;
        Assert.Equal((0, 0, 1, 0), (counters.Packets, counters.Bytes, counters.Dropped, counters.Errors));
        Assert.True(counters.NoBuffer > 0);
        server.Pool.Return(all.AsSpan(0, rented));
        client.Tx[0].Service();
    }

    [Theory]
    [InlineData("memif:", "must name a socket")]
    [InlineData("memif:@x,bsize=300", "multiple of 64")]
    [InlineData("memif:@x,secret=123456789012345678901234", "no more than 23 bytes")]
    [InlineData("memif:@x,rsize=15", "from 5 to 14")]
    public void A_wrong_spec_says_so(string spec, string part) =>
        Assert.Contains(part, Assert.Throws<PollModeException>(() => new MemifDriver().Probe(PortSpec.Parse(spec))).Message, StringComparison.Ordinal);

    [Fact]
    public void Buffers_that_offsets_do_not_reach_are_refused()
    {
        using var arena = new Arena(new ArenaOptions { LargestPages = PageKind.Small4KiB });
        PortSpec spec = PortSpec.Parse($"memif:{NewName()},queues=2,rsize=14,bsize=65536,zero_copy=off");
        PollModeException fault = Assert.Throws<PollModeException>(() => new MemifDriver().Open(spec, new PortContext { PortIndex = 0, Arena = arena }));
        Assert.Contains("at most 4096", fault.Message, StringComparison.Ordinal);
    }

    internal static string NewName() => $"@pm-{Environment.ProcessId}-{Interlocked.Increment(ref _names)}";

    private static int Move(MemifSide from, MemifSide to, Packet[] packets, byte[] frame)
    {
        int count = from.Pool.Rent(packets);
        foreach (Packet packet in packets.AsSpan(0, count))
        {
            packet.TryWrite(frame);
        }

        int sent = from.Tx[0].Send(packets.AsSpan(0, count));
        from.Pool.Return(packets.AsSpan(sent, count - sent));
        from.Tx[0].Service();
        int received = to.Rx[0].Receive(packets);
        to.Pool.Return(packets.AsSpan(0, received));
        return received;
    }
}
