using System.Runtime.InteropServices;
using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>Peers that lie: in the handshake, and by random writes into the shared rings while traffic runs. They cost their own connection.</summary>
public sealed unsafe class HostilePeerTests
{
    private const int Rounds = 150;

    [Theory]
    [InlineData(true, "zero_copy=off")]
    [InlineData(true, "zero_copy=on")]
    [InlineData(false, "zero_copy=off")]
    [InlineData(false, "zero_copy=on")]
    public void Random_writes_into_the_rings_cost_the_connection_and_never_more(bool attackServer, string keys)
    {
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using var client = new MemifSide($"memif:{socket},{keys}");
        MemifSide victim = attackServer ? server : client;
        MemifSide attacker = attackServer ? client : server;
        var random = new Random(4711);
        byte[] frame = Traffic.Frame(1, 200);
        for (int round = 0; round < Rounds; round++)
        {
            WaitForBoth(client, server);
            var view = new PeerView((MemifPort)attacker.Port);
            for (int i = 0; i < 40 && victim.Port.Link == LinkState.Up; i++)
            {
                victim.SendSome(frame, 8);
                attacker.SendSome(frame, 8);
                view.Scribble(random);
                victim.ReceiveAll();
            }

            // The attacker itself may find its rings broken as well; both sides end that connection, and make a new one.
            ((MemifPort)attacker.Port).Current?.Fail("test over");
            client.TurnLoosely();
            server.TurnLoosely();
        }

        long violations = victim.Counter("protocol_violations");
        Assert.True(violations > Rounds / 10, $"only {violations} violations were noticed in {Rounds} rounds");
        Assert.True(victim.Counter("connections") > Rounds / 2);

        // Whole again: a peer that keeps to the protocol is served.
        WaitForBoth(client, server);
    }

    [Fact]
    public void A_client_that_lies_in_the_handshake_is_refused()
    {
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server,queues=2");
        int memory = RawClient.NewMemory(65536);
        int eventFd = LibC.EventFd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
        int notEvent = RawClient.NewMemory(4096);
        try
        {
            var init = new ControlMessage(MessageKind.Initialize) { InitVersion = ControlMessage.Version };
            ControlMessage Region(ushort index, ulong bytes) => new(MessageKind.AddRegion) { RegionIndex = index, RegionBytes = bytes };
            ControlMessage Ring(ushort index, ushort region, uint offset, byte log2) => new(MessageKind.AddRing) { RingFlags = 1, RingIndex = index, RingRegion = region, RingOffset = offset, Log2RingSize = log2 };
            var good = (Region(0, 65536), memory);
            Expect(socket, "Incompatible", (new ControlMessage(MessageKind.Initialize) { InitVersion = 0x0100 }, -1));
            Expect(socket, "ethernet", (new ControlMessage(MessageKind.Initialize) { InitVersion = ControlMessage.Version, Mode = 1 }, -1));
            Expect(socket, "Unexpected", good);
            Expect(socket, "Unexpected", (new ControlMessage((MessageKind)99), -1));
            Expect(socket, "Unexpected", (new ControlMessage(MessageKind.Acknowledge), -1));
            Expect(socket, "Missing region fd", (init, -1), (Region(0, 65536), -1));
            Expect(socket, "Invalid region index", (init, -1), (Region(1, 65536), memory));
            Expect(socket, "shorter than said", (init, -1), (Region(0, 65537), memory));
            Expect(socket, "shorter than said", (init, -1), (Region(0, 0), memory));
            Expect(socket, "no shared memory", (init, -1), (Region(0, 4096), eventFd));
            Expect(socket, "Missing interrupt fd", (init, -1), good, (Ring(0, 0, 0, 5), -1));
            Expect(socket, "Invalid ring index", (init, -1), good, (Ring(2, 0, 0, 5), eventFd));
            Expect(socket, "Invalid ring index", (init, -1), good, (Ring(0, 0, 0, 5), eventFd), (Ring(0, 0, 0, 5), eventFd));
            Expect(socket, "too large", (init, -1), good, (Ring(0, 0, 0, 200), eventFd));
            Expect(socket, "outside its region", (init, -1), good, (Ring(0, 1, 0, 5), eventFd));
            Expect(socket, "outside its region", (init, -1), good, (Ring(0, 0, 65536 - 512, 5), eventFd));
            Expect(socket, "outside its region", (init, -1), good, (Ring(0, 0, 8, 5), eventFd));
            Expect(socket, "outside its region", (init, -1), good, (Ring(0, 0, 0xFFFFFFF0, 14), eventFd));
            Expect(socket, "no eventfd", (init, -1), good, (Ring(0, 0, 0, 5), notEvent));
            Expect(socket, "Wrong ring", (init, -1), good, (Ring(0, 0, 0, 5), eventFd), (new ControlMessage(MessageKind.Connect), -1));
            using var honest = new MemifSide($"memif:{socket}");
            honest.WaitForLink();
        }
        finally
        {
            _ = LibC.Close(memory);
            _ = LibC.Close(eventFd);
            _ = LibC.Close(notEvent);
        }
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public void Eventfds_that_would_block_hold_up_nobody(string interrupt)
    {
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server,interrupt={interrupt}");
        using var client = new RawClient(socket, RawClient.NewMemory(1 << 20), 1 << 20);
        client.Offer();
        client.BlockNotices();
        byte[] frame = Traffic.Frame(1, 200);
        var frames = new List<byte[]>();
        var worker = new Thread(() =>
        {
            server.SendSome(frame, 4);
            server.SendSome(frame, 4);
            for (int i = 0; i < 10; i++)
            {
                server.Collect(frames);
            }
        });
        worker.Start();
        bool ended = worker.Join(TimeSpan.FromSeconds(20));
        client.UnblockNotices();
        worker.Join();
        Assert.True(ended, "the worker waits for an eventfd");
        Assert.Equal(8, client.ToClient.Tail);
        Assert.Equal(32, frames.Count);
        Assert.True(server.Counter("interrupts_sent") > 0);
    }

    [Fact]
    public void Regions_take_no_more_address_space_than_offsets_reach()
    {
        const ulong Large = 1UL << 40;
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        int memory = RawClient.NewMemory((long)Large);
        using ControlChannel channel = Greeted(socket);
        Assert.True(channel.TrySend(new ControlMessage(MessageKind.Initialize) { InitVersion = ControlMessage.Version }));
        Assert.Equal(MessageKind.Acknowledge, RawClient.Next(channel).Kind);
        for (ushort i = 0; i < 5; i++)
        {
            Assert.True(channel.TrySend(new ControlMessage(MessageKind.AddRegion) { RegionIndex = i, RegionBytes = Large }, memory));
            ControlMessage answer = RawClient.Next(channel);
            Assert.Equal(i < 4 ? MessageKind.Acknowledge : MessageKind.Disconnect, answer.Kind);
            Assert.True(i < 4 || answer.Reason == "Regions too large", answer.Reason);
            ulong mapped = 0;
            foreach (string line in RawClient.Mappings().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                string[] ends = line[..line.IndexOf(' ', StringComparison.Ordinal)].Split('-');
                mapped += Convert.ToUInt64(ends[1], 16) - Convert.ToUInt64(ends[0], 16);
            }

            Assert.InRange(mapped, 0UL, 4UL << 32);
        }

        _ = LibC.Close(memory);
    }

    [Fact]
    public void Descriptors_that_come_with_no_message_are_closed()
    {
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        int memory = RawClient.NewMemory(4096);
        int Held() => Directory.GetFiles("/proc/self/fd").Count(file => new FileInfo(file).LinkTarget?.Contains("pm-test", StringComparison.Ordinal) == true);
        int before = Held();
        for (int i = 0; i < 20; i++)
        {
            using ControlChannel channel = Greeted(socket);
            RawClient.SendEmpty(channel, memory);

            // The server ends the connection, and has seen the message by then.
            Assert.True(channel.WaitReadable(-1, 30_000, out _));
            Assert.False(channel.TryReceive(out _, out _));
        }

        Assert.Equal(before, Held());
        _ = LibC.Close(memory);
    }

    [Fact]
    public void A_client_that_stays_in_the_handshake_does_not_keep_the_server_from_closing()
    {
        string socket = MemifPairTests.NewName();
        var server = new MemifSide($"memif:{socket},role=server");
        using ControlChannel idle = Greeted(socket);
        Assert.True(idle.TrySend(new ControlMessage(MessageKind.Initialize) { InitVersion = ControlMessage.Version }));
        Assert.Equal(MessageKind.Acknowledge, RawClient.Next(idle).Kind);
        using var stop = new CancellationTokenSource();
        var chatter = new Thread(() =>
        {
            while (!stop.IsCancellationRequested && idle.TrySend(new ControlMessage(MessageKind.Acknowledge)))
            {
                Thread.Sleep(200);
            }
        });
        chatter.Start();
        var closing = new Thread(server.Dispose);
        closing.Start();
        bool closed = closing.Join(TimeSpan.FromSeconds(20));
        stop.Cancel();
        chatter.Join();
        idle.Dispose();
        closing.Join();
        Assert.True(closed, "the server waits for its client");
    }

    [Fact]
    public void Buffers_that_a_server_may_still_write_to_come_home_when_it_lets_go()
    {
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using var client = new MemifSide($"memif:{socket},zero_copy=on");
        WaitForBoth(client, server);
        server.TurnLoosely();
        int posted = client.Pool.InFlight;
        Assert.True(posted > 0);
        foreach (bool honest in new[] { false, true })
        {
            long start = Environment.TickCount64;
            var link = ((MemifPort)client.Port).Current!;
            link.Fail("test");
            int before = 0;
            Assert.True(SpinWait.SpinUntil(
                () =>
                {
                    // A server whose worker hangs does not let go; one whose worker turns does.
                    before = client.Pool.InFlight == 0 ? before : client.Pool.InFlight;
                    client.TurnLoosely();
                    if (honest)
                    {
                        server.TurnLoosely();
                    }

                    return ((MemifPort)client.Port).Current != link;
                },
                TimeSpan.FromSeconds(30)));
            Assert.Equal(posted, before);
            Assert.True(honest || Environment.TickCount64 - start >= 900, "the buffers of a server that had not let go came home at once");
            WaitForBoth(client, server);
        }
    }

    /// <summary>Turns both sides, as their workers would, until each has the connection.</summary>
    private static void WaitForBoth(MemifSide client, MemifSide server) => Assert.True(
        SpinWait.SpinUntil(
            () =>
            {
                client.TurnLoosely();
                server.TurnLoosely();
                return client.Port.Link == LinkState.Up && server.Port.Link == LinkState.Up;
            },
            TimeSpan.FromSeconds(30)),
        client.Port.Report[0] + server.Port.Report[0]);

    private static ControlChannel Greeted(string socket)
    {
        ControlChannel channel = ControlChannel.TryConnect(SocketName.Parse(PortSpec.Parse("memif:x"), socket), out _)!;
        Assert.Equal(MessageKind.Hello, RawClient.Next(channel).Kind);
        return channel;
    }

    private static void Expect(string socket, string reason, params (ControlMessage Message, int Descriptor)[] messages)
    {
        using ControlChannel channel = Greeted(socket);
        for (int i = 0; i < messages.Length; i++)
        {
            Assert.True(channel.TrySend(messages[i].Message, messages[i].Descriptor));
            ControlMessage answer = RawClient.Next(channel);
            Assert.Equal(i + 1 == messages.Length ? MessageKind.Disconnect : MessageKind.Acknowledge, answer.Kind);
            Assert.True(answer.Kind == MessageKind.Acknowledge || answer.Reason.Contains(reason, StringComparison.Ordinal), $"'{answer.Reason}' instead of '{reason}'");
        }
    }

    /// <summary>The rings of a connection, for scribbling into what a peer of the attacked side may write.</summary>
    private sealed class PeerView
    {
        private readonly MemifLink? _link;

        public PeerView(MemifPort attacker) => _link = attacker.Current;

        public void Scribble(Random random)
        {
            if (_link == null)
            {
                return;
            }

            // The attacker's queues still have the link: its memory is mapped for as long as they do not turn.
            foreach (Ring? ring in _link.ToServer.Concat(_link.ToClient))
            {
                switch (random.Next(6))
                {
                    case 0:
                        ring!.Head += (ushort)random.Next(1, 40);
                        break;
                    case 1:
                        ring!.Tail += (ushort)random.Next(1, 40);
                        break;
                    case 2:
                        ring!.Head = (ushort)random.Next();
                        break;
                    case 3:
                        random.NextBytes(MemoryMarshal.AsBytes(new Span<Descriptor>(ring!.Descriptors, ring.Size)));
                        break;
                    default:
                        random.NextBytes(MemoryMarshal.AsBytes(new Span<Descriptor>(ring!.Descriptors + random.Next(ring.Size), 1)));
                        break;
                }
            }
        }

    }
}
