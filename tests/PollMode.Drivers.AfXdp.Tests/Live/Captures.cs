using System.Buffers.Binary;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>Classic pcap files, written for tcpreplay and read from tcpdump.</summary>
internal static class Captures
{
    private const int FileHeader = 24;
    private const int RecordHeader = 16;

    public static void Write(string path, IEnumerable<byte[]> frames)
    {
        using FileStream file = File.Create(path);
        Span<byte> header = stackalloc byte[FileHeader];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xa1b2c3d4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], 65535);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], 1);
        file.Write(header);
        int number = 0;
        foreach (byte[] frame in frames)
        {
            Span<byte> record = header[..RecordHeader];
            BinaryPrimitives.WriteInt32LittleEndian(record, 1);
            BinaryPrimitives.WriteInt32LittleEndian(record[4..], number++);
            BinaryPrimitives.WriteInt32LittleEndian(record[8..], frame.Length);
            BinaryPrimitives.WriteInt32LittleEndian(record[12..], frame.Length);
            file.Write(record);
            file.Write(frame);
        }
    }

    public static List<byte[]> Read(string path)
    {
        byte[] all = File.ReadAllBytes(path);
        var frames = new List<byte[]>();
        for (int at = FileHeader; at + RecordHeader <= all.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(all.AsSpan(at + 8));
            if (at + RecordHeader + length > all.Length)
            {
                break;
            }

            frames.Add(all.AsSpan(at + RecordHeader, length).ToArray());
            at += RecordHeader + length;
        }

        return frames;
    }
}
