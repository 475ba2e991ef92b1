using PollMode.Drivers.AfXdp.Netlink;
using PollMode.Drivers.AfXdp.Tests.Live;
using PollMode.Drivers.AfXdp.Xsk;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Tests.Xsk;

/// <summary>What the kernel answers to wrong requests, and the sentence made of it.</summary>
public sealed unsafe class XskSocketTests
{
    private static readonly XskRings Rings = new(64, 64, 64, 64);

    [Theory]
    [InlineData(1024, 0, 0, "EINVAL", "choose buffers of 2048 or 4096 bytes")]
    [InlineData(8192, 0, 0, "EINVAL", "choose buffers of 2048 or 4096 bytes")]
    [InlineData(2304, 0, 0, "EINVAL", "unaligned=true")]
    [InlineData(2048, 1792, 0, "EINVAL", "a headroom below 1792")]
    [InlineData(2048, 0, 8, "EINVAL", "choose buffers")]
    public void Memory_that_does_not_suit_is_refused(int chunk, int headroom, uint flags, string errno, string remedy)
    {
        Requires.Bpf();
        using var arena = new Arena(new ArenaOptions { LimitBytes = 2 << 20 });
        arena.Fill();
        using XskSocket socket = XskSocket.Create();
        string message = Assert.Throws<LinuxException>(() => socket.RegisterUmem(Memory(arena) with { ChunkBytes = (uint)chunk, Headroom = (uint)headroom, Flags = flags })).Message;
        Assert.Contains(errno, message, StringComparison.Ordinal);
        Assert.Contains(remedy, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_that_is_not_mapped_or_given_twice_is_refused()
    {
        Requires.Bpf();
        using var arena = new Arena(new ArenaOptions { LimitBytes = 2 << 20 });
        using XskSocket socket = XskSocket.Create();
        string message = Assert.Throws<LinuxException>(() => socket.RegisterUmem(Memory(arena))).Message;
        Assert.Contains("EFAULT", message, StringComparison.Ordinal);
        Assert.Contains("fill the arena", message, StringComparison.Ordinal);
        arena.Fill();
        socket.RegisterUmem(Memory(arena));
        Assert.Contains("no memory yet", Assert.Throws<LinuxException>(() => socket.RegisterUmem(Memory(arena))).Message, StringComparison.Ordinal);
        Assert.Contains("choose a power of two", Assert.Throws<LinuxException>(() => socket.CreateRings(Rings with { Fill = 100 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Binding_gives_the_numbers_that_are_put_into_words()
    {
        using var bed = new Testbed();
        using var arena = new Arena(new ArenaOptions { LimitBytes = 2 << 20 });
        arena.Fill();
        LinkSnapshot link = NetworkNamespace.Run(bed.Middle, () =>
        {
            using var route = new RouteSocket();
            return route.Find("m0");
        });
        using XskSocket socket = Make(bed, arena);
        Assert.Equal(Errno.EOPNOTSUPP, socket.TryBind(link.Index, 0, SocketAddressXdp.ZeroCopy));
        Assert.Equal(Errno.EINVAL, socket.TryBind(link.Index, 0, SocketAddressXdp.ZeroCopy | SocketAddressXdp.Copy));
        Assert.Equal(Errno.EINVAL, socket.TryBind(link.Index, 9, SocketAddressXdp.Copy));
        Assert.Equal(Errno.ENODEV, socket.TryBind(9999, 0, SocketAddressXdp.Copy));
        Assert.Equal(0, socket.TryBind(link.Index, 0, SocketAddressXdp.Copy));
        Assert.False(socket.IsZeroCopy);

        using XskSocket second = Make(bed, arena);
        Assert.Equal(Errno.EBUSY, second.TryBind(link.Index, 0, SocketAddressXdp.Copy));
        Assert.Equal(Errno.EINVAL, second.TryBind(link.Index, 0, SocketAddressXdp.SharedUmem, socket.Number));
    }

    [Fact]
    public void Wrong_descriptors_are_counted_and_may_be_completed_word_for_word()
    {
        using var bed = new Testbed();
        using var arena = new Arena(new ArenaOptions { LimitBytes = 2 << 20 });
        arena.Fill();
        int index = NetworkNamespace.Run(bed.Middle, () =>
        {
            using var route = new RouteSocket();
            return route.Find("m0").Index;
        });
        using XskSocket socket = Make(bed, arena);
        Assert.Equal(0, socket.TryBind(index, 0, SocketAddressXdp.Copy));
        ulong[] addresses = [8 << 20, 0, 2000];
        uint[] lengths = [60, 0, 100];
        Assert.True(socket.Tx.Reserve(3) >= 3);
        for (int i = 0; i < 3; i++)
        {
            socket.Tx.Descriptor(i) = new XdpDescriptor { Address = addresses[i], Length = lengths[i] };
        }

        socket.Tx.Submit(3);
        for (int i = 0; i < 3; i++)
        {
            // One call stops behind each of them.
            _ = AfXdp.Native.LibC.SendTo(socket.Number, null, 0, AfXdp.Native.LibC.MSG_DONTWAIT, null, 0);
        }

        Assert.Equal(0, socket.Tx.Outstanding);
        int completed = socket.Completion.Peek(3);
        for (int i = 0; i < completed; i++)
        {
            Assert.Contains(socket.Completion.Address(i), addresses);
        }

        Assert.True(socket.TryGetStatistics(out XdpStatistics statistics));
        Assert.Equal(3ul, statistics.TxInvalidDescriptors);

        // Which is why the port looks each address up before it frees anything: the first lies outside the arena.
        Assert.False(new ArenaMap(arena).TryLocate(addresses[0], out _, out _));
    }

    private static XskSocket Make(Testbed bed, Arena arena)
    {
        XskSocket socket = NetworkNamespace.Run(bed.Middle, XskSocket.Create);
        socket.RegisterUmem(Memory(arena));
        socket.CreateRings(Rings);
        return socket;
    }

    private static XdpUmemRegistration Memory(Arena arena) => new() { Address = (ulong)arena.BaseAddress, Length = (ulong)arena.LengthBytes, ChunkBytes = (uint)arena.BufferBytes };
}
