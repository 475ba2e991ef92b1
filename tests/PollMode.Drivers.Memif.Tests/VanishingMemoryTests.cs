using System.Runtime.InteropServices;
using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>Shared memory that its owner cuts short while the server has it mapped: it costs the connection, and never the process.</summary>
public sealed class VanishingMemoryTests
{
    [Theory]
    [InlineData("auto")]
    [InlineData("kernel")]
    public void Memory_that_is_cut_short_under_the_server_costs_the_connection(string guard)
    {
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server,guard={guard}");
        using var client = new RawClient(socket, RawClient.NewMemory(1 << 20, sealable: false), 1 << 20);

        // Two frames while the memory is whole; then it is gone from under the server's mapping.
        client.ToServer.Head = 2;
        var frames = new List<byte[]>();
        server.CollectUntil(frames, 2);
        client.CutMemoryShort();
        client.ToServer.Head = 4;
        server.WaitForLink(LinkState.Down);
        Assert.Equal(1, server.Counter("protocol_violations"));
        Assert.Equal(2, server.Rx[0].Counters.Packets);
    }

    [Theory]
    [InlineData("auto", false)]
    [InlineData("kernel", false)]
    [InlineData("auto", true)]
    public void Memory_that_is_cut_short_while_it_is_copied_costs_the_connection(string guard, bool huge)
    {
        if (huge)
        {
            Testing.Requires.HugePages(2);
        }

        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server,guard={guard}");
        string mapped = RawClient.Mappings();
        byte[] frame = Traffic.Frame(1, 1000);
        for (int round = 0; round < 20; round++)
        {
            // Of a hugepage less than the whole is offered: what is mapped is the whole, and so must be what is unmapped.
            RawClient? connected = null;
            var connecting = new Thread(() => connected = new RawClient(socket, RawClient.NewMemory(4 << 20, sealable: false, huge), (4 << 20) - 4096));
            connecting.Start();

            // The server lets go of the connection before when its worker turns.
            while (!connecting.Join(1))
            {
                server.TurnLoosely();
            }

            using RawClient client = connected!;
            server.WaitForLink();
            var cutter = new Thread(() =>
            {
                Thread.Sleep(round % 4);
                client.CutMemoryShort();
            });
            if (!huge)
            {
                cutter.Start();
            }

            int turns = 0;
            Assert.True(SpinWait.SpinUntil(
                () =>
                {
                    if (huge && turns++ == 3)
                    {
                        // Between two touches, not during one: Linux loses count of a file's reserved hugepages when both fall together.
                        client.CutMemoryShort();
                    }

                    client.Offer();
                    server.SendSome(frame, 8);
                    server.ReceiveAll();
                    return server.Port.Link == LinkState.Down;
                },
                TimeSpan.FromSeconds(30)));
            if (!huge)
            {
                cutter.Join();
            }

            client.Dispose();
            server.WaitForLink(LinkState.Down);
        }

        Assert.Equal(20, server.Counter("protocol_violations"));
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    server.TurnLoosely();
                    return mapped == RawClient.Mappings();
                },
                TimeSpan.FromSeconds(30)),
            RawClient.Mappings());
    }

    [Fact]
    public void A_region_for_which_there_is_no_watch_is_told_of()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "needs x86-64: elsewhere nothing is watched over");
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using (var hog = new WatchHog())
        {
            Assert.InRange(hog.Count, 1, VanishingMemory.Entries);
            using var client = new RawClient(socket, RawClient.NewMemory(1 << 20, sealable: false), 1 << 20);
            server.WaitForLink();
            Assert.Contains(server.Port.Report, line => line.Contains("1 region(s) of the peer are copied through the kernel", StringComparison.Ordinal) && line.Contains($"{VanishingMemory.Entries}", StringComparison.Ordinal));
            client.Offer();
            Assert.True(SpinWait.SpinUntil(
                () =>
                {
                    server.ReceiveAll();
                    return server.Rx[0].Counters.Packets > 0;
                },
                TimeSpan.FromSeconds(30)));
        }

        using var watched = new MemifSide($"memif:{MemifPairTests.NewName()},role=server");
        Assert.Single(watched.Port.Report);
    }
}
