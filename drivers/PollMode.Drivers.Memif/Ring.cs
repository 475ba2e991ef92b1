namespace PollMode.Drivers.Memif;

/// <summary>
/// A ring in shared memory. Head and tail are 16-bit numbers that count on and on. In the ring from client to server the client advances
/// head when it has filled descriptors, and the server advances tail when it has emptied them. In the ring from server to client the client
/// advances head when it has put empty buffers in, and the server advances tail when it has filled them. Each is written by one side alone
/// (release) and read by the other (acquire).
/// </summary>
internal sealed unsafe class Ring
{
    internal const uint Cookie = 0x3E31F20;
    internal const ushort MaskInterrupt = 1;
    internal const int HeaderBytes = 128;
    internal const int MaxLog2Size = 14;

    private readonly byte* _base;

    internal Ring(byte* start, int log2Size, int eventFd)
    {
        _base = start;
        Size = 1 << log2Size;
        EventFd = eventFd;
        Descriptors = (Descriptor*)(start + HeaderBytes);
    }

    internal int Size { get; }

    internal int Mask => Size - 1;

    internal int EventFd { get; }

    internal Descriptor* Descriptors { get; }

    /// <summary>Of a copying client's ring: where in region 0 the buffer of its first slot lies; the others follow.</summary>
    internal uint BufferOffset { get; init; }

    internal ushort Head
    {
        get => Volatile.Read(ref *(ushort*)(_base + 6));
        set => Volatile.Write(ref *(ushort*)(_base + 6), value);
    }

    internal ushort Tail
    {
        get => Volatile.Read(ref *(ushort*)(_base + 64));
        set => Volatile.Write(ref *(ushort*)(_base + 64), value);
    }

    internal ushort Flags
    {
        get => Volatile.Read(ref *(ushort*)(_base + 4));
        set => Volatile.Write(ref *(ushort*)(_base + 4), value);
    }

    internal bool HasCookie => Volatile.Read(ref *(uint*)_base) == Cookie;

    internal static int BytesFor(int log2Size) => HeaderBytes + (Descriptor.Bytes << log2Size);

    /// <summary>Writes the head of a new ring. By the client, who makes it.</summary>
    internal void Format()
    {
        *(uint*)_base = Cookie;
        Flags = 0;
        Head = 0;
        Tail = 0;
    }

    /// <summary>Tells the other side that the ring has moved, if it wants to be told.</summary>
    /// <remarks>The fence keeps the reading of its wish behind the index that was just published, or both sides could miss each other.</remarks>
    /// <returns>Notices sent: one or none.</returns>
    internal int Notify(Announcer announcer)
    {
        Interlocked.MemoryBarrier();
        return (Flags & MaskInterrupt) != 0 ? 0 : announcer.Announce(EventFd);
    }
}
