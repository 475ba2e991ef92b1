using System.Buffers.Binary;

namespace PollMode.EndToEnd;

/// <summary>A capture of frames that a peer and we replay: UDP over IPv4, all of one size.</summary>
internal static class PcapFile
{
    private const int HeaderBytes = 24;
    private const int RecordHeaderBytes = 16;

    internal static void Write(string path, int frameBytes, int frames)
    {
        byte[] file = new byte[HeaderBytes + (frames * (RecordHeaderBytes + frameBytes))];
        BinaryPrimitives.WriteUInt32LittleEndian(file, 0xA1B2C3D4);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(6), 4);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 65535);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(20), 1);
        for (int i = 0; i < frames; i++)
        {
            Span<byte> record = file.AsSpan(HeaderBytes + (i * (RecordHeaderBytes + frameBytes)), RecordHeaderBytes + frameBytes);
            BinaryPrimitives.WriteInt32LittleEndian(record[4..], i);
            BinaryPrimitives.WriteInt32LittleEndian(record[8..], frameBytes);
            BinaryPrimitives.WriteInt32LittleEndian(record[12..], frameBytes);
            TestFrame.Write(record[RecordHeaderBytes..], i);
        }

        File.WriteAllBytes(path, file);
    }
}
