using System.Buffers.Binary;
using CsCheck;

namespace PollMode.Drivers.AfXdp.Tests.Filtering;

/// <summary>Frames of all shapes: well formed, tagged, fragmented, with extension headers, cut short, and sprinkled with noise.</summary>
internal static class FrameGenerator
{
    private static readonly Gen<byte[]> Addresses4 = Gen.OneOf<byte[]>([10, 1, 2, 3], [10, 200, 0, 1], [192, 168, 0, 1], [255, 255, 255, 255], [0, 0, 0, 0]);

    private static readonly Gen<byte[]> Addresses6 = Gen.OneOf<byte[]>(
        [0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9], new byte[16]);

    private static readonly Gen<int> Ports = Gen.Frequency((4, Gen.OneOf(22, 53, 80, 443, 1000, 4789, 65535)), (1, Gen.Int[0, 65535]));

    private static readonly Gen<int> Protocols = Gen.Frequency((6, Gen.OneOf(6, 17, 1, 58, 132, 136)), (1, Gen.Int[0, 255]));

    private static readonly Gen<byte[]> Transport =
        from source in Ports
        from destination in Ports
        from type in Gen.OneOf(128, 133, 135, 137, 138)
        from icmp in Gen.Bool
        from length in Gen.Int[0, 24]
        select (icmp ? new[] { (byte)type } : (byte[])[(byte)(source >> 8), (byte)source, (byte)(destination >> 8), (byte)destination]).Concat(new byte[length]).ToArray();

    private static readonly Gen<byte[]> Ipv4 =
        from version in Gen.Frequency((9, Gen.Const(4)), (1, Gen.Int[0, 15]))
        from words in Gen.Frequency((6, Gen.Const(5)), (2, Gen.Int[6, 15]), (1, Gen.Int[0, 4]))
        from protocol in Protocols
        from fragment in Gen.Frequency((5, Gen.Const(0)), (1, Gen.Const(0x2000)), (1, Gen.Int[1, 0x3fff]), (1, Gen.Const(0x4000)))
        from source in Addresses4
        from destination in Addresses4
        from rest in Transport
        select MakeIpv4(version, words, protocol, fragment, source, destination, rest);

    private static readonly Gen<(int Kind, byte[] Body)[]> Extensions = (
        from kind in Gen.OneOf(0, 43, 44, 51, 60)
        from units in Gen.Frequency((8, Gen.Int[0, 3]), (1, Gen.Int[0, 255]))
        from fragment in Gen.OneOf(0, 1, 8, 16)
        select (kind, MakeExtension(kind, units, fragment))).Array[0, 8];

    private static readonly Gen<byte[]> Ipv6 =
        from version in Gen.Frequency((9, Gen.Const(6)), (1, Gen.Int[0, 15]))
        from protocol in Protocols
        from extensions in Gen.Frequency((2, Gen.Const(Array.Empty<(int, byte[])>())), (3, Extensions))
        from source in Addresses6
        from destination in Addresses6
        from rest in Transport
        select MakeIpv6(version, protocol, extensions, source, destination, rest);

    private static readonly Gen<byte[]> Structured =
        from tags in Gen.Int[0, 3]
        from tagType in Gen.OneOf(0x8100, 0x88a8)
        from vlan in Gen.Frequency((3, Gen.Int[99, 201]), (1, Gen.Int[0, 65535]))
        from kind in Gen.Int[0, 9]
        from other in Gen.OneOf(0x0806, 0x88cc, 0x0800, 0x86dd, 0x8100)
        from ipv4 in Ipv4
        from ipv6 in Ipv6
        select MakeFrame(tags, tagType, vlan, kind, other, ipv4, ipv6);

    /// <summary>Frames from 14 to about 1500 bytes.</summary>
    public static Gen<byte[]> Any { get; } = Gen.Frequency(
        (6, Structured),
        (3, from frame in Structured from length in Gen.Int[0, frame.Length] select frame[..length]),
        (2, from frame in Structured from at in Gen.Int[12, frame.Length - 1] from value in Gen.Byte select With(frame, at, value)),
        (1, Gen.Byte.Array[14, 120]))
        .Select(frame => frame.Length >= 14 ? frame : [.. frame, .. new byte[14 - frame.Length]])
        .Select(frame => frame.Length <= 3000 ? frame : frame[..3000]);

    private static byte[] With(byte[] frame, int at, byte value)
    {
        byte[] copy = [.. frame];
        copy[at] = value;
        return copy;
    }

    private static byte[] MakeIpv4(int version, int words, int protocol, int fragment, byte[] source, byte[] destination, byte[] rest)
    {
        byte[] header = new byte[Math.Max(20, words * 4)];
        header[0] = (byte)((version << 4) | words);
        header[9] = (byte)protocol;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)fragment);
        source.CopyTo(header, 12);
        destination.CopyTo(header, 16);
        return [.. header, .. rest];
    }

    private static byte[] MakeExtension(int kind, int units, int fragment)
    {
        byte[] body = new byte[kind switch { 44 => 8, 51 => (units + 2) * 4, _ => (units + 1) * 8 }];
        if (body.Length > 1)
        {
            body[1] = (byte)units;
        }

        if (kind == 44)
        {
            BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(2), (ushort)fragment);
        }

        return body;
    }

    private static byte[] MakeIpv6(int version, int protocol, (int Kind, byte[] Body)[] extensions, byte[] source, byte[] destination, byte[] rest)
    {
        byte[] header = new byte[40];
        header[0] = (byte)(version << 4);
        source.CopyTo(header, 8);
        destination.CopyTo(header, 24);
        header[6] = (byte)(extensions.Length > 0 ? extensions[0].Kind : protocol);
        var all = new List<byte>(header);
        for (int i = 0; i < extensions.Length; i++)
        {
            byte[] body = [.. extensions[i].Body];
            body[0] = (byte)(i + 1 < extensions.Length ? extensions[i + 1].Kind : protocol);
            all.AddRange(body);
        }

        all.AddRange(rest);
        return [.. all];
    }

    private static byte[] MakeFrame(int tags, int tagType, int vlan, int kind, int other, byte[] ipv4, byte[] ipv6)
    {
        List<byte> frame = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
        for (int i = 0; i < tags; i++)
        {
            frame.AddRange([(byte)(tagType >> 8), (byte)tagType, (byte)((vlan + i) >> 8), (byte)(vlan + i)]);
        }

        int type = kind switch { 0 => other, < 5 => 0x0800, _ => 0x86dd };
        frame.AddRange([(byte)(type >> 8), (byte)type]);
        frame.AddRange(kind < 5 ? ipv4 : ipv6);
        return [.. frame];
    }
}
