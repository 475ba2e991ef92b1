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
        int memory = NewMemory(65536);
        int eventFd = LibC.EventFd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
        int notEvent = NewMemory(4096);
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

    [Fact]
    public void Memory_that_is_cut_short_under_the_server_costs_the_connection()
    {
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        int rings = NewMemory(65536);
        int buffers = NewMemory(1 << 20, sealable: false);
        int[] eventFds = [LibC.EventFd(0, LibC.EFD_NONBLOCK), LibC.EventFd(0, LibC.EFD_NONBLOCK)];
        nint address = LibC.Mmap(0, 65536, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, rings, 0);
        using ControlChannel channel = ControlChannel.TryConnect(SocketName.Parse(PortSpec.Parse("memif:x"), socket))!;
        try
        {
            var toServer = new Ring((byte*)address, 5, eventFds[0]);
            var toClient = new Ring((byte*)address + 4096, 5, eventFds[1]);
            toServer.Format();
            toClient.Format();
            Assert.Equal(MessageKind.Hello, Next(channel).Kind);
            foreach ((ControlMessage message, int descriptor) in new[]
            {
                (new ControlMessage(MessageKind.Initialize) { InitVersion = ControlMessage.Version }, -1),
                (new ControlMessage(MessageKind.AddRegion) { RegionIndex = 0, RegionBytes = 65536 }, rings),
                (new ControlMessage(MessageKind.AddRegion) { RegionIndex = 1, RegionBytes = 1 << 20 }, buffers),
                (new ControlMessage(MessageKind.AddRing) { RingFlags = 1, Log2RingSize = 5 }, eventFds[0]),
                (new ControlMessage(MessageKind.AddRing) { RingOffset = 4096, Log2RingSize = 5 }, eventFds[1]),
            })
            {
                Assert.True(channel.TrySend(message, descriptor));
                Assert.Equal(MessageKind.Acknowledge, Next(channel).Kind);
            }

            Assert.True(channel.TrySend(new ControlMessage(MessageKind.Connect)));
            Assert.Equal(MessageKind.Connected, Next(channel).Kind);
            for (int i = 0; i < 4; i++)
            {
                Descriptor.WriteTo(toServer.Descriptors + i, 0, 1, 100, (uint)(i * 65536));
            }

            // Two frames while the memory is whole; then it is gone from under the server's mapping.
            toServer.Head = 2;
            var frames = new List<byte[]>();
            Assert.True(SpinWait.SpinUntil(
                () =>
                {
                    server.Collect(frames);
                    return frames.Count == 2;
                },
                TimeSpan.FromSeconds(30)));
            Assert.Equal(0, LibC.Ftruncate(buffers, 0));
            toServer.Head = 4;
            server.WaitForLink(LinkState.Down);
            Assert.Equal(1, server.Counter("protocol_violations"));
            Assert.Equal(2, server.Rx[0].Counters.Packets);
        }
        finally
        {
            _ = LibC.Munmap(address, 65536);
            foreach (int descriptor in (int[])[rings, buffers, .. eventFds])
            {
                _ = LibC.Close(descriptor);
            }
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

    private static ControlMessage Next(ControlChannel channel)
    {
        Assert.True(channel.WaitReadable(-1, 30_000, out _));
        Assert.True(channel.TryReceive(out ControlMessage message, out int descriptor));
        Assert.Equal(-1, descriptor);
        return message;
    }

    private static void Expect(string socket, string reason, params (ControlMessage Message, int Descriptor)[] messages)
    {
        using ControlChannel channel = ControlChannel.TryConnect(SocketName.Parse(PortSpec.Parse("memif:x"), socket))!;
        Assert.Equal(MessageKind.Hello, Next(channel).Kind);
        for (int i = 0; i < messages.Length; i++)
        {
            Assert.True(channel.TrySend(messages[i].Message, messages[i].Descriptor));
            ControlMessage answer = Next(channel);
            Assert.Equal(i + 1 == messages.Length ? MessageKind.Disconnect : MessageKind.Acknowledge, answer.Kind);
            Assert.True(answer.Kind == MessageKind.Acknowledge || answer.Reason.Contains(reason, StringComparison.Ordinal), $"'{answer.Reason}' instead of '{reason}'");
        }
    }

    private static int NewMemory(long bytes, bool sealable = true)
    {
        int descriptor;
        fixed (byte* name = "pm-test\0"u8)
        {
            descriptor = LibC.MemfdCreate(name, LibC.MFD_CLOEXEC | (sealable ? LibC.MFD_ALLOW_SEALING : 0));
        }

        Assert.True(descriptor >= 0);
        Assert.Equal(0, LibC.Ftruncate(descriptor, bytes));
        return descriptor;
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
