using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace PollMode.Drivers.AfXdp.Netlink;

/// <summary>
/// Builds and reads rtnetlink messages about links (linux/netlink.h, linux/rtnetlink.h, linux/if_link.h): a header of 16 bytes, an
/// <c>ifinfomsg</c> of 16, and attributes aligned to 4. All numbers are in the host's byte order.
/// </summary>
internal static class NetlinkMessage
{
    internal const ushort Error = 2;
    internal const ushort Done = 3;
    internal const ushort NewLink = 16;
    internal const ushort DeleteLink = 17;
    internal const ushort GetLink = 18;
    internal const ushort SetLink = 19;
    internal const int HeaderBytes = 16;
    internal const int BodyBytes = 16;

    internal const ushort FlagRequest = 1;
    internal const ushort FlagAck = 4;

    internal const ushort AttributeAddress = 1;
    internal const ushort AttributeName = 3;
    internal const ushort AttributeMtu = 4;
    internal const ushort AttributePromiscuity = 30;
    internal const ushort AttributeTxQueues = 31;
    internal const ushort AttributeRxQueues = 32;
    internal const ushort AttributeXdp = 43;
    internal const ushort AttributeXdpFd = 1;
    internal const ushort AttributeXdpAttached = 2;
    internal const ushort AttributeXdpFlags = 3;
    internal const ushort AttributeXdpProgramId = 4;
    internal const ushort Nested = 0x8000;

    private const int ParsedDepth = 1;

    /// <summary>Writes a header and an <c>ifinfomsg</c>. Returns their length.</summary>
    internal static int Begin(Span<byte> buffer, ushort type, ushort flags, uint sequence, int index, uint linkFlags, uint change)
    {
        buffer[..(HeaderBytes + BodyBytes)].Clear();
        MemoryMarshal.Write(buffer[4..], type);
        MemoryMarshal.Write(buffer[6..], flags);
        MemoryMarshal.Write(buffer[8..], sequence);
        MemoryMarshal.Write(buffer[20..], index);
        MemoryMarshal.Write(buffer[24..], linkFlags);
        MemoryMarshal.Write(buffer[28..], change);
        return HeaderBytes + BodyBytes;
    }

    /// <summary>Writes an attribute at a position. Returns the position behind it.</summary>
    internal static int Add(Span<byte> buffer, int at, ushort type, ReadOnlySpan<byte> value)
    {
        int length = 4 + value.Length;
        buffer.Slice(at, (length + 3) & ~3).Clear();
        MemoryMarshal.Write(buffer[at..], (ushort)length);
        MemoryMarshal.Write(buffer[(at + 2)..], type);
        value.CopyTo(buffer[(at + 4)..]);
        return at + ((length + 3) & ~3);
    }

    /// <summary>Writes an attribute of four bytes.</summary>
    internal static int Add(Span<byte> buffer, int at, ushort type, int value) => Add(buffer, at, type, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));

    /// <summary>Writes the message's length into its header. Returns it.</summary>
    internal static int End(Span<byte> buffer, int length)
    {
        MemoryMarshal.Write(buffer, length);
        return length;
    }

    /// <summary>Takes the first message off a buffer; false at its end, or where a length is wrong.</summary>
    internal static bool TryNext(ref ReadOnlySpan<byte> buffer, out ushort type, out uint sequence, out ReadOnlySpan<byte> body)
    {
        type = 0;
        sequence = 0;
        body = default;
        if (buffer.Length < HeaderBytes)
        {
            return false;
        }

        int length = MemoryMarshal.Read<int>(buffer);
        if (length < HeaderBytes || length > buffer.Length)
        {
            return false;
        }

        type = MemoryMarshal.Read<ushort>(buffer[4..]);
        sequence = MemoryMarshal.Read<uint>(buffer[8..]);
        body = buffer[HeaderBytes..length];
        buffer = buffer[Math.Min(buffer.Length, (length + 3) & ~3)..];
        return true;
    }

    /// <summary>The value of an attribute; empty if it is not there.</summary>
    internal static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, ushort wanted)
    {
        while (attributes.Length >= 4)
        {
            int length = MemoryMarshal.Read<ushort>(attributes);
            if (length < 4 || length > attributes.Length)
            {
                break;
            }

            if ((MemoryMarshal.Read<ushort>(attributes[2..]) & 0x3fff) == wanted)
            {
                return attributes[4..length];
            }

            attributes = attributes[Math.Min(attributes.Length, (length + 3) & ~3)..];
        }

        return default;
    }

    /// <summary>The interface that a link message is about; -1 if it is cut short or of a bridge (family AF_BRIDGE): leaving one is no deletion.</summary>
    internal static int IndexOf(ReadOnlySpan<byte> body) => body.Length < BodyBytes || body[0] != 0 ? -1 : MemoryMarshal.Read<int>(body[4..]);

    /// <summary>Reads a link message. Attributes that are cut short end the reading.</summary>
    internal static LinkSnapshot Read(ReadOnlySpan<byte> body)
    {
        if (body.Length < BodyBytes)
        {
            return default;
        }

        return Read(body[BodyBytes..], new LinkSnapshot { Index = IndexOf(body), Flags = MemoryMarshal.Read<uint>(body[8..]), Name = string.Empty }, 0);
    }

    private static LinkSnapshot Read(ReadOnlySpan<byte> attributes, LinkSnapshot link, int depth)
    {
        while (attributes.Length >= 4)
        {
            int length = MemoryMarshal.Read<ushort>(attributes);
            int type = MemoryMarshal.Read<ushort>(attributes[2..]) & 0x3fff;
            if (length < 4 || length > attributes.Length)
            {
                break;
            }

            link = depth == 0 ? Apply(link, type, attributes[4..length]) : ApplyXdp(link, type, attributes[4..length]);
            attributes = attributes[Math.Min(attributes.Length, (length + 3) & ~3)..];
        }

        return link;
    }

    private static LinkSnapshot Apply(LinkSnapshot link, int type, ReadOnlySpan<byte> value) => (type, value.Length) switch
    {
        (AttributeName, > 1) => link with { Name = Encoding.UTF8.GetString(value.TrimEnd((byte)0)) },
        (AttributeAddress, 6) => link with { MacAddress = ((ulong)BinaryPrimitives.ReadUInt16BigEndian(value) << 32) | BinaryPrimitives.ReadUInt32BigEndian(value[2..]) },
        (AttributeMtu, 4) => link with { Mtu = MemoryMarshal.Read<int>(value) },
        (AttributePromiscuity, 4) => link with { Promiscuity = MemoryMarshal.Read<int>(value) },
        (AttributeTxQueues, 4) => link with { TxQueues = MemoryMarshal.Read<int>(value) },
        (AttributeRxQueues, 4) => link with { RxQueues = MemoryMarshal.Read<int>(value) },
        (AttributeXdp, _) => Read(value, link, ParsedDepth),
        _ => link,
    };

    private static LinkSnapshot ApplyXdp(LinkSnapshot link, int type, ReadOnlySpan<byte> value) => (type, value.Length) switch
    {
        (AttributeXdpAttached, 1) => link with { XdpMode = value[0] },
        (AttributeXdpProgramId, 4) => link with { XdpProgramId = MemoryMarshal.Read<uint>(value) },
        _ => link,
    };
}
