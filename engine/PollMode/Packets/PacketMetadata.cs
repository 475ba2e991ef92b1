using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>
/// The metadata of one buffer: one cache line, in a dense array beside the buffers (perf/README.md has the measurement that put it there).
/// The device never sees it.
/// </summary>
/// <remarks>
/// What every packet needs stands last. Frames begin at the first byte of a line, and a processor may take a load for one of what was just stored to another
/// address with the same twelve low bits: were the length where frames have their addresses, an exchange of those would hold up the next packet's length.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal unsafe struct PacketMetadata
{
    internal const int Bytes = 64;

    /// <summary>Bits of an extent word below the length.</summary>
    internal const int LengthShift = 32;

    [FieldOffset(0)] internal long TimestampNanoseconds;

    [FieldOffset(8)] internal ulong UserWord;

    [FieldOffset(16)] internal uint RxHash;

    [FieldOffset(20)] internal ushort VlanTci;

    [FieldOffset(22)] internal PacketFlags Flags;

    /// <summary><see cref="RxHash"/>, <see cref="VlanTci"/> and <see cref="Flags"/> as one word, to be cleared in one store.</summary>
    [FieldOffset(16)] internal ulong Facts;

    /// <summary>Identifies the pool the buffer belongs to. Written once.</summary>
    [FieldOffset(24)] internal ushort PoolId;

    [FieldOffset(26)] internal ushort ChecksumStart;

    [FieldOffset(28)] internal ushort ChecksumOffset;

    [FieldOffset(30)] internal ushort SegmentationBytes;

    /// <summary>Next buffer of a chain, or null.</summary>
    [FieldOffset(32)] internal PacketMetadata* Next;

    /// <summary>First byte of the buffer. Written once, when the slab is cut.</summary>
    [FieldOffset(40)] internal byte* Buffer;

    /// <summary>Frame's first byte, counted from <see cref="Buffer"/>.</summary>
    [FieldOffset(48)] internal ushort DataOffset;

    /// <summary>Index of the port the frame came in by.</summary>
    [FieldOffset(50)] internal ushort Port;

    /// <summary>Bytes of the frame in this buffer.</summary>
    [FieldOffset(52)] internal int Length;

    /// <summary><see cref="DataOffset"/>, <see cref="Port"/> and <see cref="Length"/> as one word: a driver sets all three in one store. A sweep loads it and <see cref="Ownership"/> behind it together.</summary>
    [FieldOffset(48)] internal ulong Extent;

    /// <summary>Holders of the buffer. One in a free buffer, too, so that renting writes nothing.</summary>
    [FieldOffset(56)] internal int ReferenceCount;

    /// <summary>Identifies the slab the buffer was cut from, and by it the pool. Written once.</summary>
    [FieldOffset(60)] internal ushort SlabId;

    /// <summary>Buffers in the chain that starts here. One in a free buffer.</summary>
    [FieldOffset(62)] internal ushort SegmentCount;

    /// <summary>
    /// <see cref="ReferenceCount"/>, <see cref="SlabId"/> and <see cref="SegmentCount"/> as one word: the owner recycles a packet that nobody
    /// shares, that has no chain and that is of the slab it rents from after a single comparison; of a burst not even that, while its pool has
    /// no shared packets and no chains.
    /// </summary>
    [FieldOffset(56)] internal ulong Ownership;

    internal static ulong SimpleOwnership(ushort slabId) => MakeOwnership(1, slabId, 1);

    internal static ulong MakeOwnership(int references, ushort slabId, int segments) =>
        (uint)references | ((ulong)slabId << 32) | ((ulong)(ushort)segments << 48);

    /// <summary>Whether nobody shares the packet and it has no chain.</summary>
    internal readonly bool IsSimple => Ownership == SimpleOwnership(SlabId);

    /// <summary>The port in an extent word.</summary>
    internal static ushort PortIn(ulong extent) => (ushort)(extent >> 16);

    internal static ulong MakeExtent(int dataOffset, int port, int length) =>
        (ushort)dataOffset | ((ulong)(ushort)port << 16) | ((ulong)(uint)length << LengthShift);
}
