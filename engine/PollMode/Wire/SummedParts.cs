using System.Buffers.Binary;

namespace PollMode.Wire;

/// <summary>The sum of a whole that lies in parts of any length: <see cref="InternetChecksum.Sum"/> takes an odd one only at the end.</summary>
internal struct SummedParts
{
    private uint _sum;
    private bool _isOdd;

    internal SummedParts(uint sum) => _sum = sum;

    /// <summary>The sum so far, not folded.</summary>
    internal readonly uint Sum => _sum;

    /// <summary>Adds the next part.</summary>
    internal void Add(ReadOnlySpan<byte> bytes)
    {
        ushort part = (ushort)InternetChecksum.Sum(bytes);

        // A part that starts at an odd place has its bytes swapped within the words of the whole (RFC 1071, section 2).
        _sum += _isOdd ? BinaryPrimitives.ReverseEndianness(part) : part;
        _isOdd ^= bytes.Length % 2 != 0;
    }
}
