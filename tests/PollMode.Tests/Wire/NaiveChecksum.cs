namespace PollMode.Tests.Wire;

/// <summary>The checksum as RFC 1071 tells it, word by word: the oracle.</summary>
internal static class NaiveChecksum
{
    internal static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += (uint)((bytes[i] << 8) | (i + 1 < bytes.Length ? bytes[i + 1] : 0));
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return sum;
    }

    internal static ushort Compute(ReadOnlySpan<byte> bytes) => (ushort)~Sum(bytes);
}
