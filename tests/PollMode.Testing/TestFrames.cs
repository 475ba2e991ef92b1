using System.Buffers.Binary;

namespace PollMode.Testing;

/// <summary>Frames that can be told apart: local addresses, the EtherType for local experiments, a number, and bytes that follow from it.</summary>
public static class TestFrames
{
    /// <summary>Makes one frame.</summary>
    /// <param name="number">What tells it apart.</param>
    /// <param name="length">Its bytes, 18 or more.</param>
    public static byte[] Make(int number, int length = 64)
    {
        var frame = new byte[length];
        ReadOnlySpan<byte> header = [0x02, 0, 0, 0, 0, 0x0B, 0x02, 0, 0, 0, 0, 0x0A, 0x88, 0xB5];
        header.CopyTo(frame);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(14), number);
        for (int i = 18; i < length; i++)
        {
            frame[i] = (byte)((number * 31) + i);
        }

        return frame;
    }

    /// <summary>Makes frames of growing numbers and changing lengths from 60 to 1514 bytes.</summary>
    public static byte[][] MakeMany(int count, int firstNumber = 0) =>
        [.. Enumerable.Range(firstNumber, count).Select(number => Make(number, 60 + (number * 137 % 1455)))];

    /// <summary>The number of a frame that <see cref="Make"/> made.</summary>
    public static int NumberOf(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadInt32BigEndian(frame[14..]);
}
