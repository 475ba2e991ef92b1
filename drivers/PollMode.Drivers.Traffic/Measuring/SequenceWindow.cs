using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Traffic;

/// <summary>
/// Which of the last sequence numbers of a stream have come: tells new ones from those that come late and those that come twice.
/// </summary>
/// <remarks>One bit for each number in a window behind the highest that was seen. Reordering as in RFC 4737: a packet is reordered if one with a higher number came before it.</remarks>
internal sealed class SequenceWindow
{
    /// <summary>How far back the window reaches.</summary>
    internal const int Packets = 1 << 17;

    private const int Mask = Packets - 1;

    private readonly ulong[] _seen = new ulong[Packets / 64];

    /// <summary>The highest number that was seen; -1 before the first.</summary>
    internal long Highest { get; private set; } = -1;

    /// <summary>Notes a number if it is the next one, as most are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryNext(uint sequence)
    {
        long next = Highest + 1;
        if (sequence != (uint)next)
        {
            return false;
        }

        Highest = next;
        Mark(next);
        return true;
    }

    /// <summary>Notes a number. 32 bits of it are known: it is the one closest to the highest.</summary>
    internal SequenceVerdict Note(uint sequence)
    {
        long distance = (int)(sequence - (uint)Highest);
        long number = Highest + distance;
        if (number > Highest)
        {
            Clear(Highest + 1, number);
            Highest = number;
            Mark(number);
            return SequenceVerdict.InOrder;
        }

        if (number < 0 || number <= Highest - Packets)
        {
            return SequenceVerdict.TooLate;
        }

        if ((_seen[(number & Mask) >> 6] >> (int)(number & 63) & 1) != 0)
        {
            return SequenceVerdict.Duplicate;
        }

        Mark(number);
        return SequenceVerdict.Reordered;
    }

    private void Mark(long number) => _seen[(number & Mask) >> 6] |= 1UL << (int)(number & 63);

    private void Clear(long first, long last)
    {
        if (last - first >= Packets)
        {
            Array.Clear(_seen);
            return;
        }

        for (long number = first; number <= last; number++)
        {
            _seen[(number & Mask) >> 6] &= ~(1UL << (int)(number & 63));
        }
    }
}
