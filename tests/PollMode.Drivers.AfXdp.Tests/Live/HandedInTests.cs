using PollMode.Drivers.AfXdp.Bpf;
using PollMode.Drivers.AfXdp.Netlink;
using PollMode.Drivers.AfXdp.Xsk;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>Sockets and maps that somebody else made, and what is said of those that will not do.</summary>
public sealed class HandedInTests
{
    [Fact]
    public void Sockets_and_a_map_made_by_somebody_else_do()
    {
        using var leaks = new LeakCheck();
        using var bed = new Testbed();
        using BpfMap map = BpfMap.Create(BpfMap.TypeXskMap, 1, "plugin_xsks");
        using BpfProgram program = BpfProgram.Load(PacketFilter.All.Compile(map.Number), "plugin", 0);
        using BpfLink link = NetworkNamespace.Run(bed.Middle, () => BpfLink.TryAttach(program, Index("m0"), BpfLink.NativeMode, out _))!;
        using XskSocket socket = NetworkNamespace.Run(bed.Middle, XskSocket.Create);
        using var port = new PortUnderTest(bed, $"af_xdp:m0,sockets={socket.Number},map_fd={map.Number}");
        OpeningTests.Exchange(bed, port);
        port.CloseAndCheck();
    }

    [Fact]
    public void A_map_that_will_not_do_is_named()
    {
        using var bed = new Testbed(queues: 2);
        using BpfMap array = BpfMap.Create(BpfMap.TypeArray, 2, "other_array");
        using BpfMap small = BpfMap.Create(BpfMap.TypeXskMap, 1, "small_xsks");
        using FileStream file = File.OpenRead("/dev/zero");
        AssertRefused(bed, $"map_fd={array.Number}", "holds no XDP sockets (type 2)", "hand in an XSKMAP");
        AssertRefused(bed, $"map_fd={small.Number}", "has room for 1 queue(s), and the port needs 2", "a larger one");
        AssertRefused(bed, $"map_fd={file.SafeFileHandle.DangerousGetHandle()}", "as a BPF map: EINVAL", "an open XSKMAP");
    }

    [Fact]
    public void A_socket_that_will_not_do_is_named()
    {
        using var bed = new Testbed();
        using FileStream file = File.OpenRead("/dev/zero");
        using var udp = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        AssertRefused(bed, $"sockets={file.SafeFileHandle.DangerousGetHandle()}", "ENOTSOCK", "the number of an XDP socket");
        AssertRefused(bed, $"sockets={udp.Handle}", "ENOPROTOOPT", "the number of an XDP socket");

        using var arena = new Arena(new ArenaOptions { LimitBytes = 2 << 20 });
        arena.Fill();
        using XskSocket used = NetworkNamespace.Run(bed.Middle, XskSocket.Create);
        used.CreateRings(new XskRings(64, 64, 64, 64));
        AssertRefused(bed, $"sockets={used.Number}", "make the fill ring", "sockets without rings");
        using XskSocket bound = NetworkNamespace.Run(bed.Middle, XskSocket.Create);
        bound.RegisterUmem(new XdpUmemRegistration { Address = (ulong)Address(arena), Length = (ulong)arena.LengthBytes, ChunkBytes = 2048 });
        bound.CreateRings(new XskRings(64, 64, 64, 64));
        Assert.Equal(0, NetworkNamespace.Run(bed.Middle, () => bound.TryBind(Index("m0"), 0, SocketAddressXdp.Copy)));
        AssertRefused(bed, $"sockets={bound.Number}", "EBUSY", "no memory yet");
    }

    [Fact]
    public void A_socket_of_somebody_else_on_the_queue_is_told_of()
    {
        using var leaks = new LeakCheck();
        using var bed = new Testbed();
        using var arena = new Arena(new ArenaOptions { LimitBytes = 2 << 20 });
        arena.Fill();
        using XskSocket other = NetworkNamespace.Run(bed.Middle, XskSocket.Create);
        other.RegisterUmem(new XdpUmemRegistration { Address = (ulong)Address(arena), Length = (ulong)arena.LengthBytes, ChunkBytes = 2048 });
        other.CreateRings(new XskRings(64, 64, 64, 64));
        Assert.Equal(0, NetworkNamespace.Run(bed.Middle, () => other.TryBind(Index("m0"), 0, SocketAddressXdp.Copy)));
        AssertRefused(bed, "zero_copy=off", "bind an XDP socket to queue 0 of m0: EBUSY", "another socket holds the queue");

        // Patience, for a queue that is just being given up.
        var release = new Thread(() =>
        {
            Thread.Sleep(500);
            other.Dispose();
        });
        release.Start();
        using var port = new PortUnderTest(bed, "af_xdp:m0,keep=none");
        release.Join();
        OpeningTests.Exchange(bed, port);
        port.CloseAndCheck();
    }

    private static unsafe nint Address(Arena arena) => (nint)arena.BaseAddress;

    private static int Index(string name)
    {
        using var route = new RouteSocket();
        return route.Find(name).Index;
    }

    private static void AssertRefused(Testbed bed, string keys, string why, string remedy)
    {
        string message = Assert.ThrowsAny<PollModeException>(() => new PortUnderTest(bed, "af_xdp:m0," + keys)).Message;
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.Contains(remedy, message, StringComparison.Ordinal);
        Assert.DoesNotContain("xdp", Shell.Run($"ip -n {bed.Middle} link show m0"), StringComparison.Ordinal);
    }
}
