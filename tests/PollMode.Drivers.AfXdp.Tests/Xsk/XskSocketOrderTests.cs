using System.Runtime.InteropServices;
using PollMode.Drivers.AfXdp.Native;
using PollMode.Drivers.AfXdp.Netlink;
using PollMode.Drivers.AfXdp.Tests.Live;
using PollMode.Drivers.AfXdp.Xsk;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Tests.Xsk;

/// <summary>What the kernel answers to steps in the wrong order, to sockets that may not share, and to a socket that is not ready.</summary>
public sealed unsafe class XskSocketOrderTests
{
    private const int ENOTSOCK = 88;
    private const int EBADF = 9;
    private const ushort Copies = SocketAddressXdp.Copy;
    private const ushort Shares = SocketAddressXdp.SharedUmem;

    [Theory]
    [InlineData(100, 2 << 20, 0u, 0u)]
    [InlineData(0, 0, 0u, 0u)]
    [InlineData(0, 3000, 0u, 0u)]
    [InlineData(0, 2 << 20, 12u, XdpUmemRegistration.HasTxMetadata)]
    [InlineData(0, 2 << 20, 256u, XdpUmemRegistration.HasTxMetadata)]
    public void Memory_at_an_odd_place_or_of_an_odd_length_is_refused(int shift, int length, uint metadata, uint flags)
    {
        Requires.Bpf();
        using Arena arena = MakeArena();
        using XskSocket socket = XskSocket.Create();
        XdpUmemRegistration memory = Memory(arena) with { Address = (ulong)arena.BaseAddress + (ulong)shift, Length = (ulong)length, TxMetadataBytes = metadata, Flags = flags };
        string message = Assert.Throws<LinuxException>(() => socket.RegisterUmem(memory)).Message;
        Assert.Contains("as memory of an XDP socket: EINVAL", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_socket_is_bound_once_and_only_with_memory_and_rings()
    {
        using var bed = new Testbed();
        using Arena arena = MakeArena();
        int index = Index(bed, "m0");
        using XskSocket empty = NetworkNamespace.Run(bed.Middle, XskSocket.Create);
        Assert.Equal(Errno.EINVAL, empty.TryBind(index, 0, Copies));
        using XskSocket ringless = NetworkNamespace.Run(bed.Middle, XskSocket.Create);
        ringless.RegisterUmem(Memory(arena));
        Assert.Equal(Errno.EINVAL, ringless.TryBind(index, 0, Copies));

        using XskSocket socket = Make(bed, arena);
        Assert.Equal(Errno.EINVAL, socket.TryBind(index, 0, 1 << 12));
        Assert.Equal(Errno.ENXIO, Send(socket));
        Assert.Equal(0, socket.TryBind(index, 0, Copies));
        Assert.Equal(Errno.EBUSY, socket.TryBind(index, 0, Copies));
        string message = Assert.Throws<LinuxException>(() => socket.CreateRings(new XskRings(64, 64, 64, 64))).Message;
        Assert.Contains("make the fill ring of 64 entries: EBUSY", message, StringComparison.Ordinal);
        Assert.Contains("not yet bound", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sockets_share_memory_as_the_kernel_lets_them()
    {
        using var bed = new Testbed(queues: 2);
        using Arena arena = MakeArena();
        (int m0, int m1) = (Index(bed, "m0"), Index(bed, "m1"));
        using XskSocket owner = Make(bed, arena);
        using XskSocket second = Make(bed, null);
        using FileStream file = File.OpenRead("/dev/zero");
        Assert.Equal(EBADF, second.TryBind(m0, 1, Shares, owner.Number));
        Assert.Equal(0, owner.TryBind(m0, 0, Copies));
        Assert.Equal(ENOTSOCK, second.TryBind(m0, 1, Shares, (int)file.SafeFileHandle.DangerousGetHandle()));
        Assert.Equal(Errno.EINVAL, second.TryBind(m0, 1, Shares | Copies, owner.Number));
        Assert.Equal(Errno.EINVAL, second.TryBind(m0, 1, Shares | SocketAddressXdp.NeedWakeup, owner.Number));
        Assert.Equal(Errno.EINVAL, second.TryBind(m0, 0, Shares, owner.Number));
        Assert.Equal(0, second.TryBind(m0, 1, Shares, owner.Number));

        // Another device of the same mode may share it, one with memory of its own may not.
        using XskSocket third = Make(bed, null);
        Assert.Equal(0, third.TryBind(m1, 0, Shares, owner.Number));
        using XskSocket fourth = Make(bed, arena);
        Assert.Equal(Errno.EINVAL, fourth.TryBind(m1, 1, Shares, owner.Number));

        // Which is how a port with several queues goes on when the socket that registered the memory is replaced.
        owner.Dispose();
        Assert.True(second.TryGetStatistics(out _));
        FaultTests.WaitUntil(() => Send(second) == 0);
    }

    private static int Send(XskSocket socket) =>
        LibC.SendTo(socket.Number, null, 0, LibC.MSG_DONTWAIT, null, 0) >= 0 ? 0 : Marshal.GetLastPInvokeError();

    private static XskSocket Make(Testbed bed, Arena? arena)
    {
        XskSocket socket = NetworkNamespace.Run(bed.Middle, XskSocket.Create);
        if (arena != null)
        {
            socket.RegisterUmem(Memory(arena));
        }

        socket.CreateRings(new XskRings(64, 64, 64, 64));
        return socket;
    }

    private static Arena MakeArena()
    {
        var arena = new Arena(new ArenaOptions { LimitBytes = 2 << 20 });
        arena.Fill();
        return arena;
    }

    private static int Index(Testbed bed, string name) => NetworkNamespace.Run(bed.Middle, () =>
    {
        using var route = new RouteSocket();
        return route.Find(name).Index;
    });

    private static XdpUmemRegistration Memory(Arena arena) => new() { Address = (ulong)arena.BaseAddress, Length = (ulong)arena.LengthBytes, ChunkBytes = (uint)arena.BufferBytes };
}
