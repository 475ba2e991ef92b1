using System.Runtime.CompilerServices;

namespace PollMode;

/// <summary>
/// A frame in a mempool's buffer: an eight-byte handle, copied freely, owned by one holder at a time.
/// Who holds it must send it, drop it or <see cref="Free"/> it. A packet that was given away must not be touched again.
/// Sharing is by reference count (<see cref="Clone"/>): a shared packet is read-only until its count is one again.
/// </summary>
/// <remarks>Not thread-safe: only the reference count may be changed by two threads at once.</remarks>
public readonly unsafe partial struct Packet : IEquatable<Packet>
{
    internal readonly PacketMetadata* Metadata;

    internal Packet(PacketMetadata* metadata) => Metadata = metadata;

    /// <summary>True for <c>default(Packet)</c>, the handle of no buffer.</summary>
    public bool IsNone => Metadata == null;

    /// <summary>Bytes of the frame in this buffer; of a chain, of its first buffer alone. See <see cref="TotalLength"/>.</summary>
    public int Length => Metadata->Length;

    /// <summary>The frame's bytes in this buffer. Borrowed: valid while the packet is held.</summary>
    public Span<byte> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (Ledger.IsOn)
            {
                Ledger.Using(this);
            }

            return new(Metadata->Buffer + Metadata->DataOffset, Metadata->Length);
        }
    }

    /// <summary>The frame's bytes in this buffer as memory, made without an allocation. Borrowed: for memory that outlives the stage, <see cref="Detach"/>.</summary>
    public Memory<byte> Memory
    {
        get
        {
            if (Ledger.IsOn)
            {
                Ledger.Using(this);
            }

            return Slab.MemoryAt(Metadata->Buffer + Metadata->DataOffset, Metadata->Length, Metadata->SlabId);
        }
    }

    /// <summary>The frame's first byte, for drivers. Borrowed.</summary>
    public byte* DataPointer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (Ledger.IsOn)
            {
                Ledger.Using(this);
            }

            return Metadata->Buffer + Metadata->DataOffset;
        }
    }

    /// <summary>Bytes free in front of the frame.</summary>
    public int Headroom => Metadata->DataOffset;

    /// <summary>Bytes free behind the frame in this buffer.</summary>
    public int Tailroom => BufferBytes - Metadata->DataOffset - Metadata->Length;

    /// <summary>Size of the buffer in bytes: headroom, frame and tailroom.</summary>
    public int BufferBytes => Home.Arena.BufferBytes;

    /// <summary>Offset in bytes of the frame's first byte in the arena: what a device that was given the arena calls its address.</summary>
    public long ArenaOffset => Metadata->Buffer + Metadata->DataOffset - Home.Arena.BaseAddress;

    /// <summary>The arena the buffer was cut from. A packet is sent without a copy through every TX queue attached to its arena.</summary>
    public Arena Arena => Home.Arena;

    /// <summary>The pool the buffer belongs to.</summary>
    public Mempool Pool => PoolTable.Get(Metadata->PoolId);

    /// <summary>Index of the port by which the frame came in.</summary>
    public int Port
    {
        get => Metadata->Port;
        set => Metadata->Port = (ushort)value;
    }

    /// <summary>What is known about the packet, and what is asked of the device.</summary>
    public PacketFlags Flags
    {
        get => Metadata->Flags;
        set => Metadata->Flags = value;
    }

    /// <summary>Time of reception in nanoseconds since 1970-01-01 UTC; valid with <see cref="PacketFlags.HasTimestamp"/>.</summary>
    public long TimestampNanoseconds
    {
        get => Metadata->TimestampNanoseconds;
        set
        {
            Metadata->TimestampNanoseconds = value;
            Metadata->Flags |= PacketFlags.HasTimestamp;
        }
    }

    /// <summary>The device's hash of the flow; valid with <see cref="PacketFlags.HasRxHash"/>.</summary>
    public uint RxHash
    {
        get => Metadata->RxHash;
        set
        {
            Metadata->RxHash = value;
            Metadata->Flags |= PacketFlags.HasRxHash;
        }
    }

    /// <summary>VLAN tag control information (IEEE 802.1Q: priority 3 bits, DEI 1 bit, VLAN 12 bits); valid with <see cref="PacketFlags.HasVlan"/>.</summary>
    public ushort VlanTci
    {
        get => Metadata->VlanTci;
        set
        {
            Metadata->VlanTci = value;
            Metadata->Flags |= PacketFlags.HasVlan;
        }
    }

    /// <summary>Eight bytes for the application; kept from stage to stage, not cleared by the engine.</summary>
    public ulong UserWord
    {
        get => Metadata->UserWord;
        set => Metadata->UserWord = value;
    }

    /// <summary>Where the transport checksum starts, in bytes from the frame's first; see <see cref="PacketFlags.TxChecksumPartial"/>.</summary>
    public int ChecksumStart
    {
        get => Metadata->ChecksumStart;
        set => Metadata->ChecksumStart = (ushort)value;
    }

    /// <summary>Where the transport checksum is stored, in bytes from <see cref="ChecksumStart"/>.</summary>
    public int ChecksumOffset
    {
        get => Metadata->ChecksumOffset;
        set => Metadata->ChecksumOffset = (ushort)value;
    }

    /// <summary>Payload bytes of each piece when the frame is to be segmented.</summary>
    public int SegmentationBytes
    {
        get => Metadata->SegmentationBytes;
        set => Metadata->SegmentationBytes = (ushort)value;
    }

    /// <summary>How many hold the packet.</summary>
    public int ReferenceCount => Volatile.Read(ref Metadata->ReferenceCount);

    private Slab Home => SlabTable.Get(Metadata->SlabId);

    /// <summary>
    /// For drivers: starts a received frame in a rented buffer. Sets where it lies, its port and length, and clears what is known about it.
    /// Two stores.
    /// </summary>
    /// <param name="headroom">Bytes between the buffer's start and the frame.</param>
    /// <param name="port">Index of the port.</param>
    /// <param name="length">Bytes of the frame.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetFrame(int headroom, int port, int length)
    {
        if (Ledger.IsOn)
        {
            Ledger.Claim(Metadata);
        }

        Metadata->Extent = PacketMetadata.MakeExtent(headroom, port, length);
        Metadata->Facts = 0;
    }

    /// <summary>Writes a frame into a rented buffer behind the default headroom, and clears what is known about it.</summary>
    /// <returns>False, with the packet unchanged, if the frame does not fit.</returns>
    public bool TryWrite(ReadOnlySpan<byte> frame)
    {
        Arena arena = Home.Arena;
        if (frame.Length > arena.BufferBytes - arena.HeadroomBytes)
        {
            return false;
        }

        SetFrame(arena.HeadroomBytes, 0, frame.Length);
        frame.CopyTo(Span);
        return true;
    }

    /// <summary>Puts bytes in front of the frame.</summary>
    /// <param name="count">How many bytes.</param>
    /// <param name="added">The new bytes, holding whatever the headroom held.</param>
    /// <returns>False, with the packet unchanged, if there is not as much headroom.</returns>
    public bool TryPrepend(int count, out Span<byte> added)
    {
        if ((uint)count > Metadata->DataOffset)
        {
            added = default;
            return false;
        }

        Metadata->DataOffset -= (ushort)count;
        Metadata->Length += count;
        added = new Span<byte>(DataPointer, count);
        return true;
    }

    /// <summary>Puts bytes behind the frame: at the end of the last segment.</summary>
    /// <param name="count">How many bytes.</param>
    /// <param name="added">The new bytes, holding whatever the tailroom held.</param>
    /// <returns>False, with the packet unchanged, if there is not as much tailroom.</returns>
    public bool TryAppend(int count, out Span<byte> added)
    {
        Packet last = LastSegment();
        if ((uint)count > (uint)last.Tailroom)
        {
            added = default;
            return false;
        }

        added = new Span<byte>(last.DataPointer + last.Length, count);
        last.Metadata->Length += count;
        return true;
    }

    /// <summary>Takes bytes off the front of the frame's first segment.</summary>
    /// <returns>False, with the packet unchanged, if that segment is shorter.</returns>
    public bool TryTrimStart(int count)
    {
        if ((uint)count > (uint)Metadata->Length)
        {
            return false;
        }

        if (Ledger.IsOn)
        {
            Ledger.Using(this);
            Ledger.Claim(Metadata);
        }

        Metadata->DataOffset += (ushort)count;
        Metadata->Length -= count;
        return true;
    }

    /// <summary>Takes bytes off the end of the frame's last segment.</summary>
    /// <returns>False, with the packet unchanged, if that segment is shorter.</returns>
    public bool TryTrimEnd(int count)
    {
        Packet last = LastSegment();
        if ((uint)count > (uint)last.Metadata->Length)
        {
            return false;
        }

        if (Ledger.IsOn)
        {
            Ledger.Using(this);
            Ledger.Claim(last.Metadata);
        }

        last.Metadata->Length -= count;
        return true;
    }

    /// <summary>Makes one holder more of the same bytes. Each must free or send the packet once; meanwhile it is read-only.</summary>
    /// <remarks>
    /// The count is raised by one of its holders, hence never from zero. Relaxed ordering is enough to raise it; <see cref="Mempool"/>
    /// lowers it with a full fence, so that what a holder read happens before the buffer is used again.
    /// </remarks>
    public Packet Clone()
    {
        if (Ledger.IsOn)
        {
            Ledger.Using(this);
        }

        if (Interlocked.Increment(ref Metadata->ReferenceCount) == 2)
        {
            Pool.NoteUnusual(1);
        }

        return this;
    }

    /// <summary>
    /// Gives the packet to an owner outside the engine, which any thread may dispose. Takes the packet: the caller no longer holds it.
    /// The buffer counts as in flight until then. Allocates the owner (one small object).
    /// </summary>
    public DetachedPacket Detach() => new(this);

    /// <summary>Gives up the packet from any thread. The last holder's call brings its buffers home, to their pools' rings.</summary>
    /// <remarks>A worker frees a burst faster through <see cref="Mempool.Return(ReadOnlySpan{Packet})"/>.</remarks>
    public void Free() => Mempool.FreeFromAnyThread(this);

    /// <inheritdoc/>
    public bool Equals(Packet other) => Metadata == other.Metadata;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Packet other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ((nint)Metadata).GetHashCode();

    /// <summary>Whether two handles name the same buffer.</summary>
    public static bool operator ==(Packet left, Packet right) => left.Metadata == right.Metadata;

    /// <summary>Whether two handles name different buffers.</summary>
    public static bool operator !=(Packet left, Packet right) => left.Metadata != right.Metadata;

    /// <summary>The buffer's place and length, for a debugger.</summary>
    public override string ToString() => IsNone ? "no packet" : $"packet {(nint)Metadata:x}: {TotalLength} bytes, {SegmentCount} segment(s), {ReferenceCount} holder(s)";
}
