using System.Runtime.InteropServices;

namespace PollMode.Isolation;

/// <summary>What stands in front of a ring's bytes in native memory: what the worker writes and what the reader writes, on lines of their own.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct FrameRingHeader
{
    internal const int Bytes = 384;

    /// <summary>Bytes behind the header, a power of two.</summary>
    [FieldOffset(0)] internal long Capacity;

    /// <summary>Bytes ever written, in whole frames.</summary>
    [FieldOffset(128)] internal long Head;

    /// <summary>Frames that the worker wanted to write, and those of them that found no room.</summary>
    [FieldOffset(136)] internal long Offered;
    [FieldOffset(144)] internal long Dropped;

    /// <summary>Not zero when the worker has written its last frame.</summary>
    [FieldOffset(152)] internal int Ended;

    /// <summary>Bytes and frames ever read.</summary>
    [FieldOffset(256)] internal long Tail;
    [FieldOffset(264)] internal long Delivered;
}
