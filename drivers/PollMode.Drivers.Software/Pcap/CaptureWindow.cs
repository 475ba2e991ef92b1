namespace PollMode.Drivers.Software;

/// <summary>A piece of a capture in memory. Filled by the loader, emptied by the poll thread; <see cref="IsFull"/> says whose it is.</summary>
internal sealed class CaptureWindow
{
    /// <summary>Set by the loader when all other fields are (release), cleared by the poll thread when it has moved on (acquire on the other side).</summary>
    internal volatile bool IsFull;

    internal CaptureWindow(int headroom, int bytes) => Bytes = GC.AllocateUninitializedArray<byte>(headroom + bytes);

    /// <summary>The memory: in front, room for what is left over of the window before; then the file's bytes.</summary>
    internal byte[] Bytes { get; }

    /// <summary>Bytes of the file in it.</summary>
    internal int Length { get; set; }

    /// <summary>Whether the file ends with it.</summary>
    internal bool IsLast { get; set; }
}
