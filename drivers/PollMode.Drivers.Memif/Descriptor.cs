using System.Runtime.InteropServices;

namespace PollMode.Drivers.Memif;

/// <summary>A ring's descriptor, read from shared memory once: what is checked is what is used.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal unsafe struct Descriptor
{
    internal const int Bytes = 16;

    /// <summary>The frame goes on in the next descriptor.</summary>
    internal const ushort Next = 1;

    [FieldOffset(0)] internal ushort Flags;
    [FieldOffset(2)] internal ushort Region;
    [FieldOffset(4)] internal uint Length;
    [FieldOffset(8)] internal uint Offset;

    /// <summary>Flags, region and length as one word.</summary>
    [FieldOffset(0)] private ulong _word;

    /// <summary>Reads each word exactly once.</summary>
    internal static Descriptor ReadFrom(Descriptor* shared)
    {
        Descriptor copy = default;
        copy._word = Volatile.Read(ref shared->_word);
        copy.Offset = Volatile.Read(ref shared->Offset);
        return copy;
    }

    /// <summary>Writes flags, region and length in one store, then the offset.</summary>
    internal static void WriteTo(Descriptor* shared, ushort flags, ushort region, uint length, uint offset)
    {
        shared->_word = flags | ((ulong)region << 16) | ((ulong)length << 32);
        shared->Offset = offset;
    }

    /// <summary>Writes flags and length, and leaves where the buffer lies.</summary>
    internal static void WriteLength(Descriptor* shared, ushort flags, uint length)
    {
        shared->Flags = flags;
        shared->Length = length;
    }
}
