using System.Runtime.InteropServices;

namespace PollMode.Isolation;

/// <summary>What stands in front of a ring's bytes in shared memory: what the writer writes and what the reader writes, on lines of their own.</summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct FrameRingHeader
{
    /// <summary>Bytes behind the header, a power of two.</summary>
    [FieldOffset(0)] internal long Capacity;

    /// <summary>Bytes ever written, in whole frames.</summary>
    [FieldOffset(128)] internal long Head;

    /// <summary>Frames that the writer wanted to write, and those of them that found no room.</summary>
    [FieldOffset(136)] internal long Offered;
    [FieldOffset(144)] internal long Dropped;

    /// <summary>Not zero when the writer has written its last frame.</summary>
    [FieldOffset(152)] internal int Ended;

    /// <summary>Bytes and frames ever read.</summary>
    [FieldOffset(256)] internal long Tail;
    [FieldOffset(264)] internal long Delivered;

    /// <summary>Not zero while somebody wants frames.</summary>
    [FieldOffset(272)] internal int Wanted;
}
