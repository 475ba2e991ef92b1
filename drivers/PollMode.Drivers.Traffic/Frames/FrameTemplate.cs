using System.Buffers.Binary;
using PollMode.Wire;

namespace PollMode.Drivers.Traffic;

/// <summary>The packets of a stream before anything varies: the bytes of the longest one, and sums for every size.</summary>
internal sealed unsafe class FrameTemplate
{
    /// <summary>Bytes that every image has, so that short frames are copied without a call.</summary>
    internal const int LeastImageBytes = 64;

    private readonly byte[] _image;

    internal FrameTemplate(PacketShape shape, FrameSizes sizes, IReadOnlyList<FieldPattern> fields, bool hasSignature, bool coversFrame, long seed)
    {
        Layout = LayoutOf(shape);
        HasSignature = hasSignature;
        CoversFrame = coversFrame;
        Transport = shape.Transport;
        LeavesPayload = shape.Payload == PayloadPattern.Leave;
        Sizes = new SizedFrame[sizes.Sizes.Count];
        int longest = sizes.Sizes.Max() - EthernetWire.FcsBytes;
        _image = GC.AllocateArray<byte>(Math.Max(longest, LeastImageBytes), pinned: true);
        Image = (byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_image, 0);
        PayloadPattern.Fill(_image.AsSpan(Layout.Payload, longest - Layout.Payload), shape.Payload, seed);
        if (hasSignature)
        {
            _image.AsSpan(Layout.Payload, TestSignature.Bytes).Clear();
        }

        WriteHeaders(shape, fields);
        for (int i = 0; i < Sizes.Length; i++)
        {
            Sizes[i] = Measure(sizes.Sizes[i] - EthernetWire.FcsBytes);
        }

        // The image is that of the last size measured; with one size it is right as it is.
        IsFixedSize = Sizes.Length == 1;
    }

    internal FrameLayout Layout { get; }

    /// <summary>The bytes to start each packet from. Lives as long as the template.</summary>
    internal byte* Image { get; }

    internal SizedFrame[] Sizes { get; }

    internal bool IsFixedSize { get; }

    internal bool HasSignature { get; }

    internal bool CoversFrame { get; }

    internal TransportKind Transport { get; }

    /// <summary>Whether the payload is what happens to be in the buffer.</summary>
    internal bool LeavesPayload { get; }

    /// <summary>UDP over IPv4 may do without (RFC 768): there zero says so.</summary>
    internal bool HasTransportChecksum => Layout.IpVersion != 0 && Transport != TransportKind.None && !LeavesPayload;

    internal int TransportChecksumOffset => Layout.L4 + Transport switch
    {
        TransportKind.Udp => 6,
        TransportKind.Tcp => 16,
        _ => 2,
    };

    /// <summary>Bytes of headers, signature and FCS that packets of a shape need.</summary>
    internal static int LeastFrameBytes(PacketShape shape, bool hasSignature) =>
        LayoutOf(shape).Payload + (hasSignature ? TestSignature.Bytes : 0) + EthernetWire.FcsBytes;

    internal static FrameLayout LayoutOf(PacketShape shape)
    {
        int l3 = EthernetFrame.HeaderBytes + (shape.VlanTags * VlanTag.HeaderBytes);
        int l4 = l3 + shape.IpVersion switch
        {
            4 => Ipv4Packet.MinimumHeaderBytes,
            6 => Ipv6Packet.HeaderBytes,
            _ => 0,
        };
        (int transport, IpProtocol protocol) = shape.IpVersion == 0 ? (0, default) : shape.Transport switch
        {
            TransportKind.Udp => (UdpDatagram.HeaderBytes, IpProtocol.Udp),
            TransportKind.Tcp => (TcpSegment.MinimumHeaderBytes, IpProtocol.Tcp),
            TransportKind.Icmp => (Icmpv4Message.HeaderBytes, shape.IpVersion == 4 ? IpProtocol.Icmp : IpProtocol.Icmpv6),
            _ => (0, (IpProtocol)253), // Experimental (RFC 3692).
        };
        return new FrameLayout(l3, l4, l4 + transport, shape.IpVersion, (byte)protocol);
    }

    /// <summary>Where the container of a field lies.</summary>
    internal int OffsetOf(FieldDefinition field) => field.Offset + field.Layer switch
    {
        FieldLayer.Ethernet => 0,
        FieldLayer.OuterVlan => EthernetFrame.HeaderBytes,
        FieldLayer.InnerVlan => EthernetFrame.HeaderBytes + VlanTag.HeaderBytes,
        FieldLayer.EtherType => Layout.L3 - 2,
        FieldLayer.Ipv4 or FieldLayer.Ipv6 => Layout.L3,
        _ => Layout.L4,
    };

    private void WriteHeaders(PacketShape shape, IReadOnlyList<FieldPattern> fields)
    {
        Span<byte> frame = _image;
        frame[..Layout.Payload].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(frame[(Layout.L3 - 2)..], (ushort)(shape.IpVersion switch
        {
            4 => EtherType.Ipv4,
            6 => EtherType.Ipv6,
            _ => (EtherType)0x88B5, // For local experiments (IEEE 802).
        }));
        if (shape.VlanTags > 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame[12..], (ushort)(shape.VlanTags == 2 ? 0x88A8 : 0x8100));
        }

        if (shape.VlanTags == 2)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame[16..], 0x8100);
        }

        if (shape.IpVersion == 4)
        {
            frame[Layout.L3] = 0x45;
            frame[Layout.L3 + 9] = Layout.Protocol;
        }
        else if (shape.IpVersion == 6)
        {
            frame[Layout.L3] = 0x60;
            frame[Layout.L3 + 6] = Layout.Protocol;
        }

        if (shape.IpVersion != 0 && Transport == TransportKind.Tcp)
        {
            frame[Layout.L4 + 12] = (TcpSegment.MinimumHeaderBytes / 4) << 4;
        }

        foreach (FieldPattern pattern in FieldDefaults.Of(shape).Where(standard => fields.All(field => field.Field != standard.Field)).Concat(fields))
        {
            Set(pattern);
        }
    }

    private void Set(FieldPattern pattern)
    {
        FieldDefinition field = pattern.Field;
        int offset = OffsetOf(field);
        if (field.Format == FieldFormat.Ipv6)
        {
            BinaryPrimitives.WriteUInt128BigEndian(_image.AsSpan(offset - 8), pattern.First);
            return;
        }

        ulong mask = field.Largest << field.Shift;
        ulong container = FieldContainer.Read(Image + offset, field.ContainerBytes);
        FieldContainer.Write(Image + offset, field.ContainerBytes, (container & ~mask) | ((ulong)pattern.First << field.Shift));
    }

    /// <summary>Writes the lengths and checksums of a size into the image, and keeps the sums.</summary>
    private SizedFrame Measure(int bytes)
    {
        Span<byte> frame = _image.AsSpan(0, bytes);
        FrameLayout at = Layout;
        var sized = new SizedFrame { Bytes = bytes, WrittenBytes = LeavesPayload ? at.Payload : bytes, PayloadBytes = bytes - at.Payload };
        if (at.IpVersion == 4)
        {
            sized.IpLength = (ushort)(bytes - at.L3);
            BinaryPrimitives.WriteUInt16BigEndian(frame[(at.L3 + 2)..], sized.IpLength);
            BinaryPrimitives.WriteUInt16BigEndian(frame[(at.L3 + 10)..], 0);
            sized.IpSum = InternetChecksum.Sum(frame[at.L3..at.L4]);
            BinaryPrimitives.WriteUInt16BigEndian(frame[(at.L3 + 10)..], InternetChecksum.Finish((uint)sized.IpSum));
        }
        else if (at.IpVersion == 6)
        {
            sized.IpLength = (ushort)(bytes - at.L4);
            BinaryPrimitives.WriteUInt16BigEndian(frame[(at.L3 + 4)..], sized.IpLength);
        }

        if (at.IpVersion != 0 && Transport == TransportKind.Udp)
        {
            sized.UdpLength = (ushort)(bytes - at.L4);
            BinaryPrimitives.WriteUInt16BigEndian(frame[(at.L4 + 4)..], sized.UdpLength);
        }

        // What the check will make of the payload: the sum of all that lies before the transport header, or zero.
        ulong covered = CoversFrame ? InternetChecksum.Sum(frame[..at.L4]) : 0;
        ulong payload = InternetChecksum.Sum(frame[at.Payload..]);
        if (HasSignature)
        {
            ushort magic = CoversFrame ? TestSignature.FrameMagic : TestSignature.PayloadMagic;
            sized.SignatureSum = payload + TestSignature.StaticSum(magic, sized.PayloadBytes) + (ushort)~covered;
            payload = covered;
        }

        if (HasTransportChecksum)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame[TransportChecksumOffset..], 0);
            sized.TransportSum = PseudoHeader(frame, bytes - at.L4) + InternetChecksum.Sum(frame[at.L4..at.Payload]) + payload;
            ushort checksum = (ushort)~Sums.Fold(sized.TransportSum);
            BinaryPrimitives.WriteUInt16BigEndian(frame[TransportChecksumOffset..], checksum == 0 && Transport == TransportKind.Udp ? (ushort)0xFFFF : checksum);
        }

        return sized;
    }

    private uint PseudoHeader(ReadOnlySpan<byte> frame, int length)
    {
        if (Layout.IpVersion == 4)
        {
            return Transport == TransportKind.Icmp ? 0 : InternetChecksum.Sum(frame.Slice(Layout.L3 + 12, 8), Layout.Protocol + (uint)length);
        }

        return InternetChecksum.Sum(frame.Slice(Layout.L3 + 8, 32), Layout.Protocol + (uint)length);
    }
}
