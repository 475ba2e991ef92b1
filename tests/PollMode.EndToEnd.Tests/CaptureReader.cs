using System.Buffers.Binary;

namespace PollMode.EndToEnd.Tests;

/// <summary>A small reader of pcap and pcapng files for comparisons: its own, so that it shares no mistake with the driver.</summary>
internal static class CaptureReader
{
    internal static List<(Int128 Picoseconds, byte[] Bytes)> Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        return BinaryPrimitives.ReadUInt32LittleEndian(file) == 0x0A0D0D0A ? ReadBlocks(file) : ReadRecords(file);
    }

    private static List<(Int128 Picoseconds, byte[] Bytes)> ReadRecords(byte[] file)
    {
        var frames = new List<(Int128, byte[])>();
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(file);
        bool big = magic is 0xD4C3B2A1 or 0x4D3CB2A1;
        Int128 unit = (big ? BinaryPrimitives.ReverseEndianness(magic) : magic) == 0xA1B23C4D ? 1_000 : 1_000_000;
        int offset = 24;
        while (offset < file.Length)
        {
            int length = (int)Word(file, offset + 8, big);
            Int128 time = ((Int128)Word(file, offset, big) * 1_000_000_000_000) + (Word(file, offset + 4, big) * unit);
            frames.Add((time, file[(offset + 16)..(offset + 16 + length)]));
            offset += 16 + length;
        }

        return frames;
    }

    private static List<(Int128 Picoseconds, byte[] Bytes)> ReadBlocks(byte[] file)
    {
        var frames = new List<(Int128, byte[])>();
        var units = new List<Int128>();
        bool big = false;
        int offset = 0;
        while (offset < file.Length)
        {
            uint type = Word(file, offset, big);
            if (type == 0x0A0D0D0A)
            {
                big = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(offset + 8)) != 0x1A2B3C4D;
                units.Clear();
            }

            int total = (int)Word(file, offset + 4, big);
            if (type == 1)
            {
                units.Add(UnitOf(file.AsSpan((offset + 16)..(offset + total - 4)), big));
            }
            else if (type == 6)
            {
                Int128 ticks = ((Int128)Word(file, offset + 12, big) << 32) + Word(file, offset + 16, big);
                int length = (int)Word(file, offset + 20, big);
                frames.Add((ticks * units[(int)Word(file, offset + 8, big)], file[(offset + 28)..(offset + 28 + length)]));
            }

            offset += total;
        }

        return frames;
    }

    /// <summary>Option 9, if_tsresol: the negative power of ten of the unit. Microseconds without it.</summary>
    private static Int128 UnitOf(ReadOnlySpan<byte> options, bool big)
    {
        while (options.Length >= 4)
        {
            int code = Half(options, big);
            int length = Half(options[2..], big);
            if (code == 9)
            {
                Int128 unit = 1;
                for (int power = 12; power > options[4]; power--)
                {
                    unit *= 10;
                }

                return unit;
            }

            options = options[Math.Min(options.Length, 4 + ((length + 3) & ~3))..];
        }

        return 1_000_000;
    }

    private static int Half(ReadOnlySpan<byte> bytes, bool big) => big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint Word(byte[] file, int offset, bool big) =>
        big ? BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(offset)) : BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(offset));
}
