using System.Runtime.InteropServices;
using PollMode.Drivers.AfXdp.Native;

namespace PollMode.Drivers.AfXdp.Netlink;

/// <summary>
/// Asks the generic netlink family "netdev" (Documentation/netlink/specs/netdev.yaml) what a device can tell about received frames and do
/// for sent ones, in the caller's network namespace.
/// </summary>
internal static unsafe class NetdevFamily
{
    private const int NETLINK_GENERIC = 16;
    private const ushort GENL_ID_CTRL = 16;
    private const byte CTRL_CMD_GETFAMILY = 3;
    private const ushort CTRL_ATTR_FAMILY_ID = 1;
    private const ushort CTRL_ATTR_FAMILY_NAME = 2;
    private const byte NETDEV_CMD_DEV_GET = 1;
    private const ushort NETDEV_A_DEV_IFINDEX = 1;
    private const ushort NETDEV_A_DEV_XDP_RX_METADATA_FEATURES = 5;
    private const ushort NETDEV_A_DEV_XSK_FEATURES = 6;
    private const uint NETDEV_XSK_FLAGS_TX_TIMESTAMP = 1 << 0;
    private const uint NETDEV_XSK_FLAGS_TX_CHECKSUM = 1 << 1;
    private const int GenericHeader = 4;

    /// <summary>What the device tells of received frames; nothing where the kernel has no such family, before 6.3.</summary>
    internal static RxFacts FactsOf(int interfaceIndex) =>
        (RxFacts)(FlagsOf(interfaceIndex, NETDEV_A_DEV_XDP_RX_METADATA_FEATURES) & (uint)(RxFacts.Timestamp | RxFacts.Hash | RxFacts.Vlan));

    /// <summary>What the device does for frames sent with zero copy; nothing before 6.8.</summary>
    internal static PacketFlags TxRequestsOf(int interfaceIndex)
    {
        uint flags = FlagsOf(interfaceIndex, NETDEV_A_DEV_XSK_FEATURES);
        return ((flags & NETDEV_XSK_FLAGS_TX_TIMESTAMP) != 0 ? PacketFlags.TxTimestamp : 0) | ((flags & NETDEV_XSK_FLAGS_TX_CHECKSUM) != 0 ? PacketFlags.TxChecksumPartial : 0);
    }

    private static uint FlagsOf(int interfaceIndex, ushort attribute)
    {
        int socket = LibC.Socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, NETLINK_GENERIC);
        if (socket < 0)
        {
            return 0;
        }

        using var file = new FileDescriptor(socket);
        ReadOnlySpan<byte> family = Ask(socket, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, "netdev\0"u8, CTRL_ATTR_FAMILY_ID);
        if (family.Length < sizeof(ushort))
        {
            return 0;
        }

        ReadOnlySpan<byte> flags = Ask(socket, MemoryMarshal.Read<ushort>(family), NETDEV_CMD_DEV_GET, NETDEV_A_DEV_IFINDEX, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in interfaceIndex)), attribute);
        return flags.Length < sizeof(uint) ? 0 : MemoryMarshal.Read<uint>(flags);
    }

    /// <summary>Sends one question with one attribute; gives one attribute of the answer, or nothing.</summary>
    private static byte[] Ask(int socket, ushort family, byte command, ushort attribute, ReadOnlySpan<byte> value, ushort wanted)
    {
        byte[] buffer = new byte[16 << 10];
        MemoryMarshal.Write(buffer.AsSpan(4), family);
        MemoryMarshal.Write(buffer.AsSpan(6), NetlinkMessage.FlagRequest);
        buffer[NetlinkMessage.HeaderBytes] = command;
        buffer[NetlinkMessage.HeaderBytes + 1] = 1;
        int length = NetlinkMessage.End(buffer, NetlinkMessage.Add(buffer, NetlinkMessage.HeaderBytes + GenericHeader, attribute, value));
        fixed (byte* bytes = buffer)
        {
            if (LibC.SendTo(socket, bytes, (nuint)length, 0, null, 0) != length)
            {
                return [];
            }

            length = (int)LibC.ReceiveFrom(socket, bytes, (nuint)buffer.Length, 0, null, null);
        }

        ReadOnlySpan<byte> answer = buffer.AsSpan(0, Math.Max(0, length));
        if (!NetlinkMessage.TryNext(ref answer, out ushort type, out _, out ReadOnlySpan<byte> body) || type == NetlinkMessage.Error || body.Length < GenericHeader)
        {
            return [];
        }

        return NetlinkMessage.Find(body[GenericHeader..], wanted).ToArray();
    }
}
