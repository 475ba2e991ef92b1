using System.Buffers.Binary;

namespace PollMode.Drivers.Tap;

/// <summary>
/// How a TAP device frames what it carries, as it is before somebody attaches: attaching sets it anew, and asking a descriptor needs
/// attaching. So the kernel is asked by a route socket, as <c>ip -d link</c> does.
/// </summary>
internal static unsafe class TapFlags
{
    // linux/netlink.h, linux/rtnetlink.h, linux/if_link.h
    private const int AF_NETLINK = 16;
    private const int SOCK_RAW = 3;
    private const int NETLINK_ROUTE = 0;
    private const ushort RTM_NEWLINK = 16;
    private const ushort RTM_GETLINK = 18;
    private const ushort NLM_F_REQUEST = 1;
    private const int IFLA_LINKINFO = 18;
    private const int IFLA_INFO_DATA = 2;
    private const int IFLA_TUN_PI = 4;
    private const int IFLA_TUN_VNET_HDR = 5;
    private const int HeaderBytes = 16;
    private const int MessageBytes = HeaderBytes + 16;
    private const int LargestAnswer = 32768;

    /// <summary>Reads them in the calling thread's network namespace.</summary>
    /// <param name="interfaceIndex">The device.</param>
    /// <returns>Flags for <c>TUNSETIFF</c> that leave the device as it is, but for <c>IFF_MULTI_QUEUE</c>; null if it is no TAP device or the kernel does not tell.</returns>
    internal static short? Read(int interfaceIndex)
    {
        int socket = LibC.Socket(AF_NETLINK, SOCK_RAW | LibC.SOCK_CLOEXEC, NETLINK_ROUTE);
        if (socket < 0)
        {
            return null;
        }

        Span<byte> question = stackalloc byte[MessageBytes];
        question.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(question, MessageBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(question[4..], RTM_GETLINK);
        BinaryPrimitives.WriteUInt16LittleEndian(question[6..], NLM_F_REQUEST);
        BinaryPrimitives.WriteInt32LittleEndian(question[(HeaderBytes + 4)..], interfaceIndex);
        var answer = new byte[LargestAnswer];
        nint length = -1;
        fixed (byte* from = question)
        {
            fixed (byte* to = answer)
            {
                // The kernel answers within the write.
                length = LibC.Write(socket, from, MessageBytes) == MessageBytes ? LibC.Read(socket, to, LargestAnswer) : -1;
            }
        }

        _ = LibC.Close(socket);
        return length < MessageBytes || BinaryPrimitives.ReadUInt16LittleEndian(answer.AsSpan(4)) != RTM_NEWLINK ? null : Parse(answer.AsSpan(MessageBytes, (int)length - MessageBytes));
    }

    private static short? Parse(ReadOnlySpan<byte> attributes)
    {
        ReadOnlySpan<byte> device = Find(Find(attributes, IFLA_LINKINFO), IFLA_INFO_DATA);
        ReadOnlySpan<byte> header = Find(device, IFLA_TUN_VNET_HDR);
        ReadOnlySpan<byte> information = Find(device, IFLA_TUN_PI);
        if (header.IsEmpty || information.IsEmpty)
        {
            return null;
        }

        return (short)(LibC.IFF_TAP | (header[0] != 0 ? LibC.IFF_VNET_HDR : 0) | (information[0] == 0 ? LibC.IFF_NO_PI : 0));
    }

    /// <summary>The value of an attribute; empty if it is not there. Each is a length, a kind with two flag bits, and its bytes, padded to four.</summary>
    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, int kind)
    {
        const int AttributeBytes = 4;
        while (attributes.Length >= AttributeBytes)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(attributes);
            if (length < AttributeBytes || length > attributes.Length)
            {
                break;
            }

            if ((BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]) & 0x3FFF) == kind)
            {
                return attributes[AttributeBytes..length];
            }

            attributes = attributes[Math.Min((length + 3) & ~3, attributes.Length)..];
        }

        return default;
    }
}
