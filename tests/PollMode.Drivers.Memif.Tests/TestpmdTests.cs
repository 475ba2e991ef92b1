using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>Against DPDK's implementation, in every combination of roles and zero-copy: what it sends back is what it was sent.</summary>
public sealed class TestpmdTests
{
    [Theory]
    [InlineData("zero_copy=on", false)]
    [InlineData("zero_copy=off", false)]
    [InlineData("zero_copy=on", true)]
    [InlineData("zero_copy=off", true)]
    public void A_testpmd_server_sends_back_what_it_was_sent(string keys, bool abstractSocket)
    {
        string name = NewName(abstractSocket);
        using var peer = new Testpmd($"role=server,id=5,{SocketOf(name)}");
        using var side = new MemifSide($"memif:{name},id=5,{keys}");
        side.WaitForLink();
        byte[][] frames = Traffic.Frames(jumbo: true);
        Traffic.AssertSame(frames, Traffic.Pass(side, side, frames));
        Assert.Equal(frames.Length, side.Rx[0].Counters.Packets);
        Assert.Equal(0, side.Counter("protocol_violations"));
        Assert.Equal(keys == "zero_copy=on" ? 0 : frames.Length, side.Rx[0].Counters.Copied);
    }

    [Fact]
    public void A_testpmd_server_maps_our_hugepages_and_lets_go_of_them()
    {
        Requires.HugePages(16);
        string name = NewName(true);
        using var peer = new Testpmd($"role=server,id=5,{SocketOf(name)}");
        using (var side = new MemifSide($"memif:{name},id=5,zero_copy=on", bufferBytes: 4096, buffers: 8192, pages: PageKind.Huge2MiB))
        {
            side.WaitForLink();
            byte[][] frames = Traffic.Frames(jumbo: true);
            Traffic.AssertSame(frames, Traffic.Pass(side, side, frames));
            Assert.Contains(peer.ArenaPages, line => line.StartsWith("KernelPageSize:", StringComparison.Ordinal) && line.Contains("2048 kB", StringComparison.Ordinal));
            Assert.Equal(0, side.Rx[0].Counters.Copied);
        }

        Assert.True(SpinWait.SpinUntil(() => peer.ArenaPages.Count == 0, TimeSpan.FromSeconds(30)), "the peer keeps our hugepages mapped");
    }

    [Theory]
    [InlineData("zero-copy=yes", "", false)]
    [InlineData("zero-copy=no", "", false)]
    [InlineData("zero-copy=yes", ",guard=off", true)]
    [InlineData("zero-copy=yes", ",guard=kernel", true)]
    [InlineData("zero-copy=no", ",interrupt=true", true)]
    public void A_testpmd_client_sends_back_what_it_was_sent(string device, string keys, bool abstractSocket)
    {
        string name = NewName(abstractSocket);
        using var side = new MemifSide($"memif:{name},role=server,id=5{keys}");

        // A copying client of DPDK 22.11 leaves the flag of a chain in a descriptor that it uses again for a frame of one buffer, and so
        // melts frames together, whoever its server is. With buffers that hold the longest frame it makes no chains.
        using var peer = device == "zero-copy=no"
            ? new Testpmd($"role=client,id=5,rsize=10,bsize=9728,{SocketOf(name)},{device}", mbufBytes: 9856)
            : new Testpmd($"role=client,id=5,rsize=10,bsize=2048,{SocketOf(name)},{device}");
        side.WaitForLink();
        byte[][] frames = Traffic.Frames(jumbo: true);
        Traffic.AssertSame(frames, Traffic.Pass(side, side, frames));
        Assert.Equal(frames.Length, side.Rx[0].Counters.Packets);
        Assert.Equal((long)frames.Length, side.Tx[0].Counters.Copied);
        Assert.Equal(0, side.Counter("protocol_violations"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_testpmd_that_is_killed_costs_its_connection_and_the_next_one_works(bool weAreServer)
    {
        string name = NewName(true);
        string device = $"role={(weAreServer ? "client" : "server")},id=0,{SocketOf(name)}";
        Testpmd? peer = weAreServer ? null : new Testpmd(device);
        using var side = new MemifSide($"memif:{name},role={(weAreServer ? "server" : "client")}");
        peer ??= new Testpmd(device);
        byte[][] frames = [.. Traffic.Frames().Take(200)];
        for (int round = 0; round < 2; round++)
        {
            side.WaitForLink();
            Traffic.AssertSame(frames, Traffic.Pass(side, side, frames));
            for (int i = 0; i < 50; i++)
            {
                Packet packet = side.Make(frames[i]);
                if (side.Tx[0].Send([packet]) == 0)
                {
                    packet.Free();
                }
            }

            peer.Kill();
            peer.Dispose();
            var rest = new List<byte[]>();
            Assert.True(SpinWait.SpinUntil(
                () =>
                {
                    side.Collect(rest);
                    side.Tx[0].Service();
                    return side.Port.Link == LinkState.Down && side.Pool.InFlight == 0;
                },
                TimeSpan.FromSeconds(30)));
            peer = new Testpmd(device);
        }

        side.WaitForLink();
        peer.Dispose();
        Assert.True(side.Counter("connections") >= 3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_ring_pairs_with_testpmd(bool weAreServer)
    {
        string name = NewName(true);
        string device = $"role={(weAreServer ? "client" : "server")},id=0,{SocketOf(name)}";
        Testpmd? peer = weAreServer ? null : new Testpmd(device, queues: 2);
        using var side = new MemifSide($"memif:{name},queues=2,role={(weAreServer ? "server" : "client")}", queues: 2);
        peer ??= new Testpmd(device, queues: 2);
        using (peer)
        {
            side.WaitForLink();
            for (int queue = 0; queue < 2; queue++)
            {
                byte[] frame = Traffic.Frame(queue, 300);
                Packet packet = side.Make(frame);
                Assert.True(SpinWait.SpinUntil(() => side.Tx[queue].Send([packet]) == 1, TimeSpan.FromSeconds(30)));
                var frames = new List<byte[]>();
                Assert.True(SpinWait.SpinUntil(
                    () =>
                    {
                        side.Collect(frames, queue);
                        side.Tx[queue].Service();
                        return frames.Count == 1;
                    },
                    TimeSpan.FromSeconds(30)));
                Assert.Equal(frame, frames[0]);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Secrets_and_ids_are_those_of_testpmd(bool weAreServer)
    {
        string name = NewName(false);
        string role = weAreServer ? "client" : "server";
        Testpmd? peer = weAreServer ? null : new Testpmd($"role=server,id=7,secret=word,{SocketOf(name)}");
        if (!weAreServer)
        {
            foreach ((string keys, string reason) in new[] { ("id=7,secret=other", "ncorrect secret"), ("id=7", "ecret required"), ("id=8,secret=word", "ID not found") })
            {
                using var refused = new MemifSide($"memif:{name},{keys}");
                Assert.True(SpinWait.SpinUntil(() => refused.Port.Report[0].Contains(reason, StringComparison.Ordinal), TimeSpan.FromSeconds(20)), refused.Port.Report[0]);
            }
        }

        using (var side = new MemifSide($"memif:{name},role={(weAreServer ? "server" : "client")},id=7,secret=word"))
        {
            peer ??= new Testpmd($"role=client,id=7,secret=word,{SocketOf(name)}");
            side.WaitForLink();
            byte[][] frames = [.. Traffic.Frames().Take(100)];
            Traffic.AssertSame(frames, Traffic.Pass(side, side, frames));
        }

        peer.Dispose();
    }

    [Theory]
    [InlineData("role=client,zero_copy=on")]
    [InlineData("role=client,zero_copy=off")]
    [InlineData("role=server")]
    public void In_interrupt_mode_testpmd_announces_its_frames(string keys)
    {
        string name = NewName(true);
        bool weAreServer = keys == "role=server";
        string device = $"role={(weAreServer ? "client" : "server")},id=0,{SocketOf(name)}";
        Testpmd? peer = weAreServer ? null : new Testpmd(device);
        using var side = new MemifSide($"memif:{name},interrupt=true,{keys}");
        peer ??= new Testpmd(device);
        side.WaitForLink();
        byte[] frame = Traffic.Frame(1, 200);
        for (int round = 0; round < 20; round++)
        {
            // Nothing is polled until the descriptor says that there is something.
            Assert.False(IsReadable(side.Rx[0].PollFileDescriptor, 0));
            Packet packet = side.Make(frame);

            // A server has nothing to send with until the client has put its first buffers into the ring.
            Assert.True(SpinWait.SpinUntil(() => side.Tx[0].Send([packet]) == 1, TimeSpan.FromSeconds(30)));
            Assert.True(IsReadable(side.Rx[0].PollFileDescriptor, 30_000), "no notice came");
            var frames = new List<byte[]>();
            Assert.True(SpinWait.SpinUntil(
                () =>
                {
                    side.Collect(frames);
                    side.Tx[0].Service();
                    return frames.Count == 1;
                },
                TimeSpan.FromSeconds(30)));
            Assert.Equal(frame, frames[0]);

            // The notice is taken when the ring is found empty.
            side.Collect(frames);
            Assert.Single(frames);
        }

        peer.Dispose();
    }

    private static unsafe bool IsReadable(int descriptor, int milliseconds)
    {
        var request = new PollRequest { FileDescriptor = descriptor, Events = LibC.POLLIN };
        return LibC.Poll(&request, 1, milliseconds) == 1;
    }

    private static string NewName(bool isAbstract)
    {
        string name = MemifPairTests.NewName();
        return isAbstract ? name : Path.Combine(Path.GetTempPath(), name[1..] + ".sock");
    }

    private static string SocketOf(string name) => name[0] == '@' ? $"socket={name[1..]},socket-abstract=yes" : $"socket={name},socket-abstract=no";
}
