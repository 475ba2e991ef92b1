using System.Runtime.InteropServices;
using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>Peers that lie once they are connected, by random writes into the shared rings while traffic runs above all. They cost their own connection.</summary>
public sealed unsafe class HostilePeerTests
{
    private const int Rounds = 150;

    [Theory]
    [InlineData(true, "zero_copy=off", false)]
    [InlineData(true, "zero_copy=on", false)]
    [InlineData(false, "zero_copy=off", false)]
    [InlineData(false, "zero_copy=on", false)]
    [InlineData(true, "zero_copy=off", true)]
    [InlineData(true, "zero_copy=on", true)]
    [InlineData(false, "zero_copy=off", true)]
    [InlineData(false, "zero_copy=on", true)]
    public void Random_writes_into_the_rings_cost_the_connection_and_never_more(bool attackServer, string keys, bool duringCalls)
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
            if (duringCalls)
            {
                // What is read twice is another the second time.
                bool stop = false;
                var scribbler = new Thread(() =>
                {
                    while (!Volatile.Read(ref stop))
                    {
                        view.Scribble(random);
                        Thread.Yield();
                    }
                });
                scribbler.Start();
                try
                {
                    for (int i = 0; i < 200 && victim.Port.Link == LinkState.Up; i++)
                    {
                        victim.SendSome(frame, 8);
                        victim.ReceiveAll();
                    }
                }
                finally
                {
                    Volatile.Write(ref stop, true);
                    scribbler.Join();
                }
            }
            else
            {
                for (int i = 0; i < 40 && victim.Port.Link == LinkState.Up; i++)
                {
                    victim.SendSome(frame, 8);
                    attacker.SendSome(frame, 8);
                    view.Scribble(random);
                    victim.ReceiveAll();
                }
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

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void A_chain_longer_than_a_frame_costs_the_connection(int segmentBytes)
    {
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using var client = new MemifSide($"memif:{socket},zero_copy=on");
        WaitForBoth(client, server);
        Ring ring = ((MemifPort)server.Port).Current!.ToClient[0]!;
        int filled = ring.Head;
        Assert.True(filled >= 512);
        for (int i = 0; i < filled; i++)
        {
            ring.Descriptors[i].Length = (uint)segmentBytes;
            ring.Descriptors[i].Flags = i + 1 < filled ? Descriptor.Next : (ushort)0;
        }

        ring.Tail = (ushort)filled;
        var packets = new Packet[64];
        Assert.Equal(0, client.Rx[0].Receive(packets));
        Assert.Equal(1, client.Counter("protocol_violations"));
        WaitForBoth(client, server);
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
    internal static void WaitForBoth(MemifSide client, MemifSide server) => Assert.True(
        SpinWait.SpinUntil(
            () =>
            {
                client.TurnLoosely();
                server.TurnLoosely();
                return client.Port.Link == LinkState.Up && server.Port.Link == LinkState.Up;
            },
            TimeSpan.FromSeconds(30)),
        client.Port.Report[0] + server.Port.Report[0]);

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
                switch (random.Next(8))
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
                    case 6:
                        ring!.Flags = (ushort)random.Next();
                        break;
                    case 7:
                        ring!.Descriptors[random.Next(ring.Size)].Length = (uint)random.Next(1 << 17);
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
