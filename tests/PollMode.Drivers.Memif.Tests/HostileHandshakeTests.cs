using System.Net.Sockets;
using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>Peers that lie, dawdle, or send what nobody asked for, before and around a connection. They cost themselves.</summary>
public sealed class HostileHandshakeTests
{
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

        Assert.True(SpinWait.SpinUntil(() => Held() == before, TimeSpan.FromSeconds(30)));
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

    [Theory]
    [InlineData("with a message")]
    [InlineData("beside others")]
    [InlineData("behind the last message")]
    [InlineData("by a server")]
    public void Descriptors_whose_close_takes_long_hold_up_nobody(string how) =>
        Assert.True(Enumerable.Range(0, 5).Any(_ => SlipIn(how)), "the last close was never that of the side that had not asked for the descriptor");

    /// <summary>Sends a socket that lingers, and has its receiver serve others and close. False if the receiver's close was not the last, which is the one that waits; or if it got nothing.</summary>
    private static bool SlipIn(string how)
    {
        const int Internet = 2;
        string socket = MemifPairTests.NewName();
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        int lingering = LibC.Socket(Internet, 1 | LibC.SOCK_CLOEXEC, 0);
        using var handle = new SafeSocketHandle(lingering, ownsHandle: false);
        using var sender = new Socket(handle) { LingerState = new LingerOption(true, 60) };
        sender.Connect(listener.LocalEndpoint);
        using TcpClient silent = listener.AcceptTcpClient();
        sender.Blocking = false;
        var bytes = new byte[1 << 16];
        while (sender.Send(bytes, 0, bytes.Length, default, out SocketError error) > 0 && error == default)
        {
        }

        SocketName name = SocketName.Parse(PortSpec.Parse("memif:x"), socket);
        bool byServer = how == "by a server";
        using ControlChannel? listening = byServer ? ControlChannel.Listen(name, new Discards()) : null;
        var victim = new MemifSide($"memif:{socket},role={(byServer ? "client" : "server")}");
        var init = new ControlMessage(MessageKind.Initialize) { InitVersion = ControlMessage.Version };
        ControlChannel channel;
        bool isUnderway = true;
        switch (how)
        {
            case "by a server":
                Assert.True(listening!.WaitReadable(-1, 30_000, out _));
                channel = listening.TryAccept()!;
                RawClient.Send(channel, new ControlMessage(MessageKind.Hello) { MinVersion = ControlMessage.Version, MaxVersion = ControlMessage.Version }, lingering, lingering, lingering);
                break;
            case "behind the last message":
                channel = ControlChannel.TryConnect(name, new Discards(), out _)!;
                RawClient.Send(channel, new ControlMessage(MessageKind.Acknowledge));

                // To the first the receiver answers by closing: it may have been quicker than the second.
                isUnderway = RawClient.TrySend(channel, init, lingering);
                break;
            default:
                channel = ControlChannel.TryConnect(name, new Discards(), out _)!;
                RawClient.Send(channel, init, how == "with a message" ? [lingering] : [lingering, lingering, lingering]);
                break;
        }

        // What is under way is open, too: this close does not wait, if the receiver was not quicker.
        var ours = new Thread(() => _ = LibC.Close(lingering));
        ours.Start();
        if (!byServer)
        {
            using var client = new MemifSide($"memif:{socket}");
            HostilePeerTests.WaitForBoth(client, victim);
        }

        var closing = new Thread(victim.Dispose);
        closing.Start();
        bool closed = closing.Join(TimeSpan.FromSeconds(20));
        bool waits = Directory.GetDirectories("/proc/self/task").Any(task => File.ReadAllText(Path.Combine(task, "comm")).StartsWith("memif-discard", StringComparison.Ordinal));
        bool isOurs = ours.IsAlive;
        silent.LingerState = new LingerOption(true, 0);
        silent.Close();
        closing.Join();
        ours.Join();
        channel.Dispose();
        Assert.True(closed, "the port waits for what its peer sent");
        return isUnderway && waits && !isOurs;
    }

    [Fact]
    public void A_server_of_rings_that_are_too_small_is_refused()
    {
        SocketName name = SocketName.Parse(PortSpec.Parse("memif:x"), MemifPairTests.NewName());
        using ControlChannel listening = ControlChannel.Listen(name, new Discards());
        using var client = new MemifSide($"memif:{name},zero_copy=on");
        Assert.True(listening.WaitReadable(-1, 30_000, out _));
        using ControlChannel channel = listening.TryAccept()!;
        Assert.True(channel.TrySend(new ControlMessage(MessageKind.Hello)
        {
            MinVersion = ControlMessage.Version,
            MaxVersion = ControlMessage.Version,
            MaxRegion = 255,
            MaxLog2RingSize = 4,
        }));
        Assert.Equal("Ring size too small", RawClient.Next(channel).Reason);
        Assert.True(SpinWait.SpinUntil(() => client.Port.Report[0].Contains("this side needs 32", StringComparison.Ordinal), TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Regions_take_no_more_memory_than_the_server_is_told()
    {
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server,region_mib=2");
        int memory = RawClient.NewMemory(2 << 20);
        var init = (new ControlMessage(MessageKind.Initialize) { InitVersion = ControlMessage.Version }, -1);
        Expect(
            socket,
            "Regions too large",
            init,
            (new ControlMessage(MessageKind.AddRegion) { RegionIndex = 0, RegionBytes = 2 << 20 }, memory),
            (new ControlMessage(MessageKind.AddRegion) { RegionIndex = 1, RegionBytes = 4096 }, memory));
        _ = LibC.Close(memory);

        // Of a hugepage the whole counts.
        Testing.Requires.HugePages(2);
        int huge = RawClient.NewMemory(4 << 20, huge: true);
        Expect(
            socket,
            "Regions too large",
            init,
            (new ControlMessage(MessageKind.AddRegion) { RegionIndex = 0, RegionBytes = 4096 }, huge),
            (new ControlMessage(MessageKind.AddRegion) { RegionIndex = 1, RegionBytes = 4096 }, huge));
        _ = LibC.Close(huge);
    }

    private static ControlChannel Greeted(string socket)
    {
        ControlChannel channel = ControlChannel.TryConnect(SocketName.Parse(PortSpec.Parse("memif:x"), socket), new Discards(), out _)!;
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
}
