using System.Buffers.Binary;

namespace PollMode.Drivers.Software.Tests.Pcap;

/// <summary>Captures made by hand, in either byte order, and where the recorded ones are.</summary>
internal static class CaptureFiles
{
    internal const int MixedFrames = 4968;

    private static readonly string Testdata = FindTestdata();

    internal static string Recorded(string name) => Path.Combine(Testdata, name);

    internal static byte[] Concat(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    internal static byte[] U16(ushort value, bool big)
    {
        byte[] bytes = new byte[2];
        if (big)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        }

        return bytes;
    }

    internal static byte[] U32(uint value, bool big)
    {
        byte[] bytes = new byte[4];
        if (big)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        }

        return bytes;
    }

    internal static byte[] PcapHeader(bool big, bool nanoseconds = false, uint linkType = 1) => Concat(
        U32(nanoseconds ? 0xA1B23C4D : 0xA1B2C3D4, big), U16(2, big), U16(4, big), U32(0, big), U32(0, big), U32(65535, big), U32(linkType, big));

    internal static byte[] PcapRecord(bool big, uint seconds, uint fraction, byte[] frame, int original = -1) => Concat(
        U32(seconds, big), U32(fraction, big), U32((uint)frame.Length, big), U32((uint)(original < 0 ? frame.Length : original), big), frame);

    internal static byte[] Block(bool big, uint type, params byte[][] body)
    {
        byte[] content = Concat(body);
        byte[] padded = [.. content, .. new byte[-content.Length & 3]];
        return Concat(U32(type, big), U32((uint)padded.Length + 12, big), padded, U32((uint)padded.Length + 12, big));
    }

    internal static byte[] Section(bool big) => Block(big, 0x0A0D0D0A, U32(0x1A2B3C4D, big), U16(1, big), U16(0, big), U32(uint.MaxValue, big), U32(uint.MaxValue, big));

    internal static byte[] Option(bool big, ushort code, byte[] value) =>
        Concat(U16(code, big), U16((ushort)value.Length, big), value, new byte[-value.Length & 3]);

    internal static byte[] Interface(bool big, byte[]? options = null, ushort linkType = 1, uint snap = 0) =>
        Block(big, 1, U16(linkType, big), U16(0, big), U32(snap, big), options ?? []);

    internal static byte[] Enhanced(bool big, uint on, ulong time, byte[] frame, int original = -1, byte[]? options = null) => Block(
        big, 6, U32(on, big), U32((uint)(time >> 32), big), U32((uint)time, big), U32((uint)frame.Length, big),
        U32((uint)(original < 0 ? frame.Length : original), big), frame, new byte[-frame.Length & 3], options ?? []);

    internal static byte[] Simple(bool big, byte[] frame, int original = -1) => Block(big, 3, U32((uint)(original < 0 ? frame.Length : original), big), frame);

    internal static byte[] Obsolete(bool big, ushort on, ulong time, byte[] frame) => Block(
        big, 2, U16(on, big), U16(7, big), U32((uint)(time >> 32), big), U32((uint)time, big), U32((uint)frame.Length, big), U32((uint)frame.Length, big), frame);

    /// <summary>A frame that tells its number.</summary>
    internal static byte[] Frame(int number, int length = 60)
    {
        var frame = new byte[length];
        for (int i = 0; i < length; i++)
        {
            frame[i] = (byte)((number * 31) + i);
        }

        return frame;
    }

    private static string FindTestdata()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at != null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "tests", "testdata");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException("tests/testdata is not above the test's own folder");
    }
}
