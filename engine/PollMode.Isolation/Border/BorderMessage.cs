using System.Buffers.Binary;

namespace PollMode.Isolation;

/// <summary>
/// A request or a reply on the pipe between the app and a data plane in a process of its own: a header of 24 bytes, little-endian, and the
/// request or the reply behind it. The header is the length of what follows (4 bytes), a number that pairs reply and request (4), a verb or a status (4),
/// four of nothing, and the session (8).
/// </summary>
internal readonly record struct BorderMessage(int Number, int Kind, long Session, byte[] Body)
{
    private const int HeaderBytes = 24;

    /// <summary>What no request or reply comes near, and every text of a program that is no data plane exceeds.</summary>
    private const int MostBytes = 1 << 24;

    /// <summary>Reads the next message.</summary>
    /// <returns>Null at the end of the pipe.</returns>
    internal static BorderMessage? Read(Stream pipe)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (pipe.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
        {
            return null;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if ((uint)length > MostBytes)
        {
            throw new PollModeException($"The pipe between app and data plane carries something else than their messages (a length of {length}); a stage may have written to its standard output.");
        }

        var body = new byte[length];
        return pipe.ReadAtLeast(body, length, throwOnEndOfStream: false) < length
            ? null
            : new BorderMessage(BinaryPrimitives.ReadInt32LittleEndian(header[4..]), BinaryPrimitives.ReadInt32LittleEndian(header[8..]), BinaryPrimitives.ReadInt64LittleEndian(header[16..]), body);
    }

    /// <summary>Writes it, whole. By one thread at a time.</summary>
    internal void Write(Stream pipe)
    {
        var whole = new byte[HeaderBytes + Body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(whole, Body.Length);
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(4), Number);
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(8), Kind);
        BinaryPrimitives.WriteInt64LittleEndian(whole.AsSpan(16), Session);
        Body.CopyTo(whole, HeaderBytes);
        pipe.Write(whole);
        pipe.Flush();
    }
}
