using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode.Drivers.AfPacket;

/// <summary>
/// A packet socket with one ring, mapped. Receiving and sending have sockets of their own: one that only sends is bound to no protocol,
/// so that the kernel copies nothing into it.
/// </summary>
internal sealed unsafe class RingSocket : IDisposable
{
    private const int SendBufferBytes = 16 << 20;
    private const int SmallestTxBlock = 65536;
    private const int SmallestTxRing = 64;
    private const int LargestTxBytes = 32 << 20;

    private nint _ring;

    private RingSocket(int descriptor, NetworkInterface device)
    {
        Descriptor = descriptor;
        Device = device;
    }

    internal int Descriptor { get; }

    internal NetworkInterface Device { get; }

    internal byte* Ring => (byte*)_ring;

    internal RingRequest Shape { get; private set; }

    private nuint RingBytes => (nuint)Shape.BlockBytes * Shape.Blocks;

    public void Dispose()
    {
        nint ring = Interlocked.Exchange(ref _ring, 0);
        if (ring != 0)
        {
            _ = LibC.Munmap(ring, RingBytes);
        }

        _ = LibC.Close(Descriptor);
    }

    /// <summary>Opens a socket that receives. Nothing arrives in its ring before <see cref="Admit"/>.</summary>
    internal static RingSocket OpenReceive(NetworkInterface device, AfPacketSettings settings)
    {
        RingSocket socket = Open(device);
        try
        {
            // Everything that decides what arrives comes before bind, so that no frame slips in that was not meant; and a socket must be bound
            // before it joins a group, whose other members get the same frames until then.
            ClassicFilter.Nothing.Attach(socket.Descriptor);
            socket.Set(LibC.PACKET_IGNORE_OUTGOING, 1, "ignore frames sent by this host", "use Linux 4.20 or later");
            socket.Set(LibC.PACKET_VNET_HDR, 1, "ask for checksum information", "use Linux 4.6 or later");
            socket.MapRing(LibC.PACKET_RX_RING, new RingRequest
            {
                BlockBytes = (uint)settings.BlockBytes,
                Blocks = (uint)settings.Blocks,
                FrameBytes = 2048,
                Frames = (uint)settings.BlockBytes / 2048 * (uint)settings.Blocks,
                BlockTimeout = (uint)settings.BlockTimeout,
            });
            if (settings.Promiscuous)
            {
                var membership = new Membership { InterfaceIndex = device.Index, Kind = LibC.PACKET_MR_PROMISC };
                Check(
                    LibC.SetSockOpt(socket.Descriptor, LibC.SOL_PACKET, LibC.PACKET_ADD_MEMBERSHIP, &membership, Membership.Bytes),
                    $"make '{device.Name}' promiscuous", "run as root or with CAP_NET_RAW, or set promisc=false");
            }

            socket.Bind(LibC.ETH_P_ALL);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Opens a socket that sends.</summary>
    internal static RingSocket OpenSend(NetworkInterface device, AfPacketSettings settings, int frameBytes)
    {
        RingSocket socket = Open(device);
        try
        {
            socket.SetCommonSendOptions(settings);

            // A frame that the kernel finds malformed is lost and not left in the way of those behind it.
            socket.Set(LibC.PACKET_LOSS, 1, "let malformed frames be lost", "report this as a bug");
            uint block = (uint)Math.Max(SmallestTxBlock, frameBytes);
            uint perBlock = block / (uint)frameBytes;
            uint frames = (uint)Math.Min(settings.TxFrames, Math.Max(SmallestTxRing, LargestTxBytes / frameBytes));
            socket.MapRing(LibC.PACKET_TX_RING, new RingRequest { BlockBytes = block, Blocks = frames / perBlock, FrameBytes = (uint)frameBytes, Frames = frames });
            socket.Bind(0);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Opens a socket that sends frame by frame, for those that no ring slot holds.</summary>
    internal static RingSocket OpenSendLarge(NetworkInterface device, AfPacketSettings settings)
    {
        RingSocket socket = Open(device);
        try
        {
            socket.SetCommonSendOptions(settings);
            socket.Bind(0);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Lets frames into the ring from this moment on: those that the filter passes, or all.</summary>
    internal void Admit(ClassicFilter? filter)
    {
        if (filter != null)
        {
            filter.Attach(Descriptor);
            return;
        }

        int unused = 0;
        Check(LibC.SetSockOpt(Descriptor, LibC.SOL_SOCKET, LibC.SO_DETACH_FILTER, &unused, sizeof(int)), "detach a filter", "report this as a bug");
    }

    /// <summary>Makes the socket one of a group among which received frames are dealt out.</summary>
    /// <param name="kind">Fanout mode.</param>
    /// <param name="group">The group's number as the first socket of it learnt it, or -1 for the first.</param>
    /// <returns>The group's number.</returns>
    internal int JoinFanout(int kind, int group)
    {
        int flags = kind | LibC.PACKET_FANOUT_FLAG_IGNORE_OUTGOING | (group < 0 ? LibC.PACKET_FANOUT_FLAG_UNIQUEID : 0);
        Set(LibC.PACKET_FANOUT, (flags << 16) | (group < 0 ? 0 : group), "join a fanout group", "use Linux 5.15 or later, or queues=1");
        int value = 0;
        uint bytes = sizeof(int);
        Check(LibC.GetSockOpt(Descriptor, LibC.SOL_PACKET, LibC.PACKET_FANOUT, &value, &bytes), "read a fanout group's number", "use Linux 4.12 or later, or queues=1");
        return value & 0xFFFF;
    }

    /// <summary>Frames that the kernel could not put into the ring since this was asked last: it counts from zero after each question.</summary>
    internal long TakeDrops()
    {
        uint* statistics = stackalloc uint[3];
        uint bytes = 3 * sizeof(uint);
        return LibC.GetSockOpt(Descriptor, LibC.SOL_PACKET, LibC.PACKET_STATISTICS, statistics, &bytes) == 0 ? statistics[1] : 0;
    }

    private static RingSocket Open(NetworkInterface device)
    {
        int descriptor = Check(
            LibC.Socket(LibC.AF_PACKET, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, 0), $"open a packet socket on '{device.Name}'", "run as root or with CAP_NET_RAW");
        return new RingSocket(descriptor, device);
    }

    private static int Check(int result, string operation, string remedy) =>
        result >= 0 ? result : throw new LinuxException(operation, Marshal.GetLastPInvokeError(), remedy);

    private void SetCommonSendOptions(AfPacketSettings settings)
    {
        // Also without offload: it is how the kernel is told how much of a frame to copy.
        Set(LibC.PACKET_VNET_HDR, 1, "describe each frame to the kernel", "use Linux 4.6 or later");
        if (settings.QdiscBypass)
        {
            Set(LibC.PACKET_QDISC_BYPASS, 1, "bypass the queueing discipline", "set qdisc_bypass=false");
        }

        // Frames under way count against it; the usual 208 KiB would hold a few hundred. Without CAP_NET_ADMIN the limit stays as it is.
        int bytes = SendBufferBytes;
        _ = LibC.SetSockOpt(Descriptor, LibC.SOL_SOCKET, LibC.SO_SNDBUFFORCE, &bytes, sizeof(int));
    }

    private void Set(int option, int value, string operation, string remedy) =>
        Check(LibC.SetSockOpt(Descriptor, LibC.SOL_PACKET, option, &value, sizeof(int)), $"{operation} on '{Device.Name}'", remedy);

    private void MapRing(int option, RingRequest request)
    {
        Set(LibC.PACKET_VERSION, LibC.TPACKET_V3, "choose TPACKET_V3", "use Linux 4.11 or later");
        Shape = request;
        Check(
            LibC.SetSockOpt(Descriptor, LibC.SOL_PACKET, option, &request, (uint)sizeof(RingRequest)),
            $"make a ring of {request.Blocks} blocks of {request.BlockBytes} bytes for '{Device.Name}'", "make it smaller: block_bytes, blocks, tx_frames");
        nint ring = LibC.Mmap(0, RingBytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | LibC.MAP_POPULATE, Descriptor, 0);
        if (ring == LibC.MAP_FAILED)
        {
            throw new LinuxException($"map a ring of {RingBytes >> 10} KiB", Marshal.GetLastPInvokeError(), "make it smaller, or raise 'ulimit -v'");
        }

        _ring = ring;
    }

    private void Bind(ushort protocol)
    {
        var address = new SocketAddress { Family = LibC.AF_PACKET, Protocol = BinaryPrimitives.ReverseEndianness(protocol), InterfaceIndex = Device.Index };
        Check(LibC.Bind(Descriptor, &address, SocketAddress.Bytes), $"bind a packet socket to '{Device.Name}'", "check that the interface still exists");
    }
}
