using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>
/// Where a pool's buffers wait at home: a bit for each, in the bitmap of its slab. Any thread sets bits, up to 64 buffers for one atomic
/// operation; the owner alone takes buffers, in runs of one slab. It replaces HPA's ring, and unlike a ring it cannot be full, has no order
/// that shuffles slabs into each other, and shows a slab that is wholly home.
/// </summary>
/// <remarks>
/// Each slab has two bitmaps: "returned", which any thread sets, and "home", the owner's, plain memory. A summary bit for each slab says
/// that "returned" may hold something.
/// <para>
/// Returner: (R1) Interlocked.Or of the buffers' bits into a word of "returned"; (R2) reads the slab's summary bit; (R3) if it is clear,
/// Interlocked.Or of it. No loop: every returner is through after at most two atomic operations, whatever the others do (x86-64: two
/// <c>lock or</c>; Arm64 with LSE: two <c>ldsetal</c>).
/// Owner: (O1) Interlocked.Exchange of a summary word with zero; (O2) for each slab named in it, Interlocked.Exchange of each word of
/// "returned" that is not zero; what came out is ORed into "home".
/// </para>
/// <para>
/// Nothing is handed over twice or lost in a word: R1 and O2 are read-modify-writes of the same word, which has one order. What a returner
/// did to a buffer is visible to the owner: R1 releases, O2 acquires. No word is forgotten: suppose R2 found the bit set and R3 was left
/// out. Then R2 read a value older than O1's zero or a later setter's bit. In the second case a later harvest will come. In the first, R1
/// comes before R2, R2 reads before O1 writes, and O1 comes before O2, so that O2 sees R1. That needs R1 and O1 to be full fences, a store
/// before a later load of another address: on x86-64 every locked instruction is one; on Arm64 what a read-modify-write with both acquire
/// and release writes is ordered before all that follows it in program order ("range([A];amo;[L])" in Arm's model), R1 keeps its acquire
/// though its result is not used (dotnet/runtime#105854: never the zero register), and where there is no LSE the runtime adds <c>dmb ish</c>.
/// A test takes this very code through every order of its steps (<see cref="ISharedWords"/>), and loses words as soon as one of the two
/// fences is left out.
/// A summary bit that is set for a slab with nothing returned costs a look and nothing else.
/// </para>
/// </remarks>
internal sealed unsafe class HomeBoard : IDisposable
{
    private readonly NativeBlock _block;
    private readonly ulong* _summary;
    private readonly ulong* _returned;
    private readonly ulong* _home;
    private readonly PacketMetadata** _first;
    private readonly int* _counts;
    private readonly long* _used;
    private readonly OwnerState* _own;
    private readonly int _summaryWords;
    private readonly int _words;

    /// <param name="slots">Slabs it has places for.</param>
    /// <param name="buffersPerSlab">Buffers of a slab.</param>
    /// <param name="numaNode">The node of the owner, if it is known.</param>
    internal HomeBoard(int slots, int buffersPerSlab, int? numaNode = null)
    {
        Slots = slots;
        _summaryWords = (slots + 63) / 64;
        _words = (buffersPerSlab + 63) / 64;

        // What other threads write comes first, the summary on lines of its own.
        long summaryBytes = (((long)_summaryWords * sizeof(ulong)) + 127) & ~127L;
        long bitmapBytes = (((long)slots * _words * sizeof(ulong)) + 127) & ~127L;
        _block = new NativeBlock(summaryBytes + (2 * bitmapBytes) + sizeof(OwnerState) + ((long)slots * (sizeof(nint) + sizeof(long) + sizeof(int))), "a pool's bitmaps", numaNode: numaNode);
        _summary = (ulong*)_block.Pointer;
        _returned = (ulong*)(_block.Pointer + summaryBytes);
        _home = (ulong*)(_block.Pointer + summaryBytes + bitmapBytes);
        _own = (OwnerState*)(_block.Pointer + summaryBytes + (2 * bitmapBytes));
        _first = (PacketMetadata**)(_own + 1);
        _used = (long*)(_first + slots);
        _counts = (int*)(_used + slots);
    }

    /// <summary>Slabs it has places for.</summary>
    internal int Slots { get; }

    /// <summary>Buffers in the owner's bitmaps.</summary>
    internal int Count => Volatile.Read(ref _own->Count);

    /// <summary>The slab that the last run was taken from. Owner only.</summary>
    internal int Current => _own->Current;

    /// <summary>Buffers that other threads returned and the owner has not harvested. From any thread; buffers on the move may be missed.</summary>
    internal int Pending
    {
        get
        {
            int pending = 0;
            int words = Volatile.Read(ref _own->End) * _words;
            for (int i = 0; i < words; i++)
            {
                pending += BitOperations.PopCount(Volatile.Read(ref _returned[i]));
            }

            return pending;
        }
    }

    public void Dispose() => _block.Dispose();

    /// <summary>Gives a slab its place. Owner only.</summary>
    internal void Attach(int slot, PacketMetadata* first)
    {
        _first[slot] = first;
        _used[slot] = 0;
        Volatile.Write(ref _own->End, Math.Max(_own->End, slot + 1));
    }

    /// <summary>Takes a slab's buffers off the board: all that are home. Owner only.</summary>
    internal void Detach(int slot)
    {
        Volatile.Write(ref _own->Count, _own->Count - _counts[slot]);
        _counts[slot] = 0;
        new Span<ulong>(_home + ((long)slot * _words), _words).Clear();
    }

    /// <summary>Buffers of a slab that the owner has at home.</summary>
    internal int CountOf(int slot) => _counts[slot];

    /// <summary>Whether the owner has a buffer at home.</summary>
    internal bool IsHome(int slot, int buffer) => (_home[((long)slot * _words) + (buffer >> 6)] >> buffer & 1) != 0;

    /// <summary>Brings buffers of one word home, from any thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Return(int slot, int word, ulong buffers) => Return<InterlockedWords>(slot, word, buffers);

    /// <inheritdoc cref="Return(int, int, ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Return<TWords>(int slot, int word, ulong buffers)
        where TWords : struct, ISharedWords
    {
        TWords.Or(ref _returned[((long)slot * _words) + word], buffers);
        ref ulong summary = ref _summary[slot >> 6];
        ulong bit = 1UL << slot;
        if ((TWords.Read(ref summary) & bit) == 0)
        {
            TWords.Or(ref summary, bit);
        }
    }

    /// <summary>Brings buffers of one word home. Owner only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Put(int slot, int word, ulong buffers)
    {
        _home[((long)slot * _words) + word] |= buffers;
        int count = BitOperations.PopCount(buffers);
        _counts[slot] += count;
        Volatile.Write(ref _own->Count, _own->Count + count);
    }

    /// <summary>Moves what other threads returned to where it can be taken from. Owner only.</summary>
    /// <returns>How many buffers.</returns>
    internal int Harvest() => Harvest<InterlockedWords>();

    /// <inheritdoc cref="Harvest()"/>
    internal int Harvest<TWords>()
        where TWords : struct, ISharedWords
    {
        int harvested = 0;
        for (int i = 0; i < _summaryWords; i++)
        {
            if (TWords.Read(ref _summary[i]) == 0)
            {
                continue;
            }

            ulong slots = TWords.Exchange(ref _summary[i], 0);
            for (; slots != 0; slots &= slots - 1)
            {
                harvested += HarvestSlab<TWords>((i << 6) + BitOperations.TrailingZeroCount(slots));
            }
        }

        return harvested;
    }

    /// <summary>Whether a slab has a run of so many at home; the next are then taken from it. Owner only.</summary>
    internal bool HasRun(int run)
    {
        if (_counts[_own->Current] < run && _own->Count >= run)
        {
            _own->Current = Choose(run);
        }

        return _counts[_own->Current] >= run;
    }

    /// <summary>Takes buffers: a run of one slab where any has as many, otherwise of as few slabs as have them. Owner only.</summary>
    /// <returns>How many; fewer than wanted only if there are no more.</returns>
    internal int Take(Packet* destination, int wanted)
    {
        int taken = 0;
        while (taken < wanted && _own->Count > 0)
        {
            if (_counts[_own->Current] < wanted - taken)
            {
                _own->Current = Choose(wanted - taken);
            }

            taken += TakeFrom(_own->Current, destination + taken, wanted - taken);
        }

        return taken;
    }

    private int HarvestSlab<TWords>(int slot)
        where TWords : struct, ISharedWords
    {
        ulong* returned = _returned + ((long)slot * _words);
        ulong* home = _home + ((long)slot * _words);
        int harvested = 0;
        for (int i = 0; i < _words; i++)
        {
            if (TWords.Read(ref returned[i]) != 0)
            {
                ulong buffers = TWords.Exchange(ref returned[i], 0);
                home[i] |= buffers;
                harvested += BitOperations.PopCount(buffers);
            }
        }

        _counts[slot] += harvested;
        Volatile.Write(ref _own->Count, _own->Count + harvested);
        return harvested;
    }

    /// <summary>The slab used last of those that have a whole run, else the fullest: so that few slabs are in use, and the others can go.</summary>
    private int Choose(int run)
    {
        var counts = new ReadOnlySpan<int>(_counts, _own->End);
        int most = Max(counts);
        int best = counts.IndexOf(most);
        for (int slot = 0; most >= run && slot < counts.Length; slot++)
        {
            best = counts[slot] >= run && _used[slot] > _used[best] ? slot : best;
        }

        _used[best] = ++_own->Clock;
        return best;
    }

    /// <summary>The largest of counts, many at a time: a pool whose buffers are scattered asks once for each slab that it takes from.</summary>
    private static int Max(ReadOnlySpan<int> counts)
    {
        Vector<int> most = Vector<int>.Zero;
        for (; counts.Length >= Vector<int>.Count; counts = counts[Vector<int>.Count..])
        {
            most = Vector.Max(most, new Vector<int>(counts));
        }

        int largest = 0;
        for (int i = 0; i < Vector<int>.Count; i++)
        {
            largest = Math.Max(largest, most[i]);
        }

        foreach (int count in counts)
        {
            largest = Math.Max(largest, count);
        }

        return largest;
    }

    private int TakeFrom(int slot, Packet* destination, int wanted)
    {
        ulong* home = _home + ((long)slot * _words);
        PacketMetadata* first = _first[slot];
        int left = Math.Min(wanted, _counts[slot]);
        int taken = left;
        for (int i = 0; left > 0; i++)
        {
            ulong word = home[i];
            PacketMetadata* base64 = first + (i << 6);
            if (word == ulong.MaxValue && left >= 64)
            {
                for (int n = 0; n < 64; n++)
                {
                    *destination++ = new Packet(base64 + n);
                }

                home[i] = 0;
                left -= 64;
                continue;
            }

            for (; word != 0 && left > 0; left--)
            {
                *destination++ = new Packet(base64 + BitOperations.TrailingZeroCount(word));
                word &= word - 1;
            }

            home[i] = word;
        }

        _counts[slot] -= taken;
        Volatile.Write(ref _own->Count, _own->Count - taken);
        return taken;
    }

    /// <summary>What the owner changes: not in the board's object, whose fields returners read.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct OwnerState
    {
        internal long Clock;
        internal int End;
        internal int Current;
        internal int Count;
    }
}
