using PollMode.Linux;
using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>A client by hand: rings in sealed memory, buffers in memory that it can cut short.</summary>
internal sealed unsafe class RawClient : IDisposable
{
    private const int Log2Size = 5;
    private const int BufferBytes = 65536;

    private readonly int _rings = NewMemory(65536);
    private readonly int _buffers;
    private readonly int[] _eventFds = [LibC.EventFd(0, LibC.EFD_NONBLOCK), LibC.EventFd(0, LibC.EFD_NONBLOCK)];
    private readonly nint _address;
    private readonly ControlChannel _channel;
    private bool _closed;

    public RawClient(string socket, int buffers, ulong bytes)
    {
        _buffers = buffers;
        _address = LibC.Mmap(0, 65536, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, _rings, 0);
        ToServer = new Ring((byte*)_address, Log2Size, _eventFds[0]);
        ToClient = new Ring((byte*)_address + 4096, Log2Size, _eventFds[1]);
        ToServer.Format();
        ToClient.Format();
        _channel = ControlChannel.TryConnect(SocketName.Parse(PortSpec.Parse("memif:x"), socket), new Discards(), out _)!;
        Assert.Equal(MessageKind.Hello, Next(_channel).Kind);
        foreach ((ControlMessage message, int descriptor) in new[]
        {
            (new ControlMessage(MessageKind.Initialize) { InitVersion = ControlMessage.Version }, -1),
            (new ControlMessage(MessageKind.AddRegion) { RegionIndex = 0, RegionBytes = 65536 }, _rings),
            (new ControlMessage(MessageKind.AddRegion) { RegionIndex = 1, RegionBytes = bytes }, _buffers),
            (new ControlMessage(MessageKind.AddRing) { RingFlags = 1, Log2RingSize = Log2Size }, _eventFds[0]),
            (new ControlMessage(MessageKind.AddRing) { RingOffset = 4096, Log2RingSize = Log2Size }, _eventFds[1]),
        })
        {
            Assert.True(_channel.TrySend(message, descriptor));
            Assert.Equal(MessageKind.Acknowledge, Next(_channel).Kind);
        }

        Assert.True(_channel.TrySend(new ControlMessage(MessageKind.Connect)));
        Assert.Equal(MessageKind.Connected, Next(_channel).Kind);
        for (int i = 0; i < 1 << Log2Size; i++)
        {
            uint offset = (uint)((ulong)i * BufferBytes % (bytes - BufferBytes));
            Descriptor.WriteTo(ToServer.Descriptors + i, 0, 1, 100, offset);
            Descriptor.WriteTo(ToClient.Descriptors + i, 0, 1, 2048, offset);
        }
    }

    public Ring ToServer { get; }

    public Ring ToClient { get; }

    /// <summary>Puts frames and empty buffers into the rings, where the server has taken some.</summary>
    public void Offer()
    {
        ToServer.Head = (ushort)(ToServer.Tail + (1 << Log2Size));
        for (int i = 0; i < 1 << Log2Size; i++)
        {
            ToClient.Descriptors[i].Length = 2048;
        }

        ToClient.Head = (ushort)(ToClient.Tail + (1 << Log2Size));
    }

    /// <summary>Makes the eventfds wait for whoever reads or writes them, and fills that of the frames to the client, whose announcing is asked for.</summary>
    public void BlockNotices()
    {
        foreach (int descriptor in _eventFds)
        {
            Assert.Equal(0, LibC.Fcntl(descriptor, LibC.F_SETFL, 0));
        }

        ulong most = ulong.MaxValue - 1;
        Assert.Equal(sizeof(ulong), LibC.Write(_eventFds[1], &most, sizeof(ulong)));
        ToClient.Flags = 0;
    }

    /// <summary>Lets go of whoever waits for an eventfd.</summary>
    public void UnblockNotices()
    {
        ulong count = 1;
        _ = LibC.Write(_eventFds[0], &count, sizeof(ulong));
        _ = LibC.Read(_eventFds[1], &count, sizeof(ulong));
    }

    public void CutMemoryShort() => Assert.Equal(0, LibC.Ftruncate(_buffers, 0));

    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        _channel.Dispose();
        _ = LibC.Munmap(_address, 65536);
        foreach (int descriptor in (int[])[_rings, _buffers, .. _eventFds])
        {
            _ = LibC.Close(descriptor);
        }
    }

    /// <summary>What this process has mapped of such memory, as the kernel lists it.</summary>
    public static string Mappings() => string.Join('\n', File.ReadAllLines("/proc/self/maps").Where(line => line.Contains("pm-test", StringComparison.Ordinal)));

    /// <summary>Memory to share.</summary>
    public static int NewMemory(long bytes, bool sealable = true, bool huge = false)
    {
        const uint Huge2MiB = 4 | (21 << 26);
        int descriptor;
        fixed (byte* name = "pm-test\0"u8)
        {
            descriptor = LibC.MemfdCreate(name, LibC.MFD_CLOEXEC | (sealable ? LibC.MFD_ALLOW_SEALING : 0) | (huge ? Huge2MiB : 0));
        }

        Assert.True(descriptor >= 0);
        Assert.Equal(0, LibC.Ftruncate(descriptor, bytes));
        return descriptor;
    }

    /// <summary>Sends a descriptor with a message of no bytes.</summary>
    public static void SendEmpty(ControlChannel channel, int descriptor)
    {
        byte* control = stackalloc byte[24];
        *(nuint*)control = 20;
        *(int*)(control + 8) = LibC.SOL_SOCKET;
        *(int*)(control + 12) = LibC.SCM_RIGHTS;
        *(int*)(control + 16) = descriptor;
        MessageHeader header = default;
        header.Control = control;
        header.ControlBytes = 24;
        Assert.Equal(0, LibC.SendMessage(channel.Socket, &header, LibC.MSG_DONTWAIT | LibC.MSG_NOSIGNAL));
    }

    /// <summary>Sends a message with any number of descriptors.</summary>
    public static void Send(ControlChannel channel, ControlMessage message, params int[] descriptors) => Assert.True(TrySend(channel, message, descriptors), "the connection is closed");

    /// <summary>The same, if the other side has not closed the connection.</summary>
    public static bool TrySend(ControlChannel channel, ControlMessage message, params int[] descriptors)
    {
        byte* control = stackalloc byte[16 + (4 * descriptors.Length) + 8];
        *(nuint*)control = (nuint)(16 + (4 * descriptors.Length));
        *(int*)(control + 8) = LibC.SOL_SOCKET;
        *(int*)(control + 12) = LibC.SCM_RIGHTS;
        descriptors.CopyTo(new Span<int>(control + 16, descriptors.Length));
        var vector = new IoVector(&message, ControlMessage.Bytes);
        MessageHeader header = default;
        header.Vectors = &vector;
        header.VectorCount = 1;
        header.Control = descriptors.Length > 0 ? control : null;
        header.ControlBytes = descriptors.Length > 0 ? (nuint)(16 + (((4 * descriptors.Length) + 7) & ~7)) : 0;
        return LibC.SendMessage(channel.Socket, &header, LibC.MSG_DONTWAIT | LibC.MSG_NOSIGNAL) == ControlMessage.Bytes;
    }

    /// <summary>The next message of a connection, which must come without a descriptor.</summary>
    public static ControlMessage Next(ControlChannel channel)
    {
        Assert.True(channel.WaitReadable(-1, 30_000, out _));
        Assert.True(channel.TryReceive(out ControlMessage message, out int descriptor));
        Assert.Equal(-1, descriptor);
        return message;
    }
}
