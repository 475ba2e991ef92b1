namespace PollMode.Drivers.Software;

/// <summary>How frames look in a file format that is written. Little-endian, nanoseconds. Used by several threads: it changes nothing of its own.</summary>
internal abstract class CaptureEncoding
{
    /// <summary>What stands at the file's start.</summary>
    internal abstract ReadOnlyMemory<byte> Header { get; }

    /// <summary>What to call the format.</summary>
    internal abstract string Name { get; }

    /// <summary>Size of the record of a frame.</summary>
    internal abstract int RecordBytes(int captured, CaptureDirection direction);

    /// <summary>Size of the record that starts here: what <see cref="RecordBytes"/> said when it was written.</summary>
    internal abstract int RecordBytesAt(ReadOnlySpan<byte> record);

    /// <summary>Writes all of a record but the frame's bytes.</summary>
    /// <returns>Where those belong, in bytes from the record's first.</returns>
    internal abstract int Write(Span<byte> record, int captured, int original, long timestampNanoseconds, CaptureDirection direction);
}
