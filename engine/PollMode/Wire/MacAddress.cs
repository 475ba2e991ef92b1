using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PollMode.Wire;

/// <summary>A 48-bit Ethernet address as a value of eight bytes. Written "02:00:00:00:00:01"; a dash is read as well as a colon.</summary>
public readonly struct MacAddress : IEquatable<MacAddress>, IComparable<MacAddress>, ISpanParsable<MacAddress>, ISpanFormattable
{
    /// <summary>Bytes of an address on the wire.</summary>
    public const int Bytes = 6;

    private const int TextLength = 17;
    private const ulong Mask = 0xFFFF_FFFF_FFFF;

    /// <summary>Makes an address of a number, the first byte on the wire the most significant of the 48 bits. The upper 16 bits are ignored.</summary>
    public MacAddress(ulong value) => Value = value & Mask;

    /// <summary>The address of everybody: ff:ff:ff:ff:ff:ff.</summary>
    public static MacAddress Broadcast => new(Mask);

    /// <summary>The address as a number, the first byte on the wire the most significant of the 48 bits.</summary>
    public ulong Value { get; }

    /// <summary>Whether this is the all-zero address.</summary>
    public bool IsZero => Value == 0;

    /// <summary>Whether this is the address of everybody.</summary>
    public bool IsBroadcast => Value == Mask;

    /// <summary>Whether the address is of a group; the broadcast address is.</summary>
    public bool IsMulticast => (Value & (1UL << 40)) != 0;

    /// <summary>Whether the address is of one station.</summary>
    public bool IsUnicast => !IsMulticast;

    /// <summary>Whether the address was given out locally and not by a maker.</summary>
    public bool IsLocallyAdministered => (Value & (1UL << 41)) != 0;

    /// <summary>Reads the first six bytes of a span, which must have as many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static MacAddress Read(ReadOnlySpan<byte> bytes) =>
        new(((ulong)BinaryPrimitives.ReadUInt16BigEndian(bytes) << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]));

    /// <summary>Writes the address to the first six bytes of a span, which must have as many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], (uint)Value);
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(Value >> 32));
    }

    /// <summary>The group address to which an IPv4 multicast packet is sent (RFC 1112, section 6.4).</summary>
    public static MacAddress ForMulticast(Ipv4Address group) => new(0x0100_5E00_0000UL | (group.Value & 0x7F_FFFF));

    /// <summary>The group address to which an IPv6 multicast packet is sent (RFC 2464, section 7).</summary>
    public static MacAddress ForMulticast(Ipv6Address group) => new(0x3333_0000_0000UL | (uint)group.Value);

    /// <summary>Reads an address from text.</summary>
    /// <exception cref="FormatException">The text is not six pairs of hexadecimal digits.</exception>
    public static MacAddress Parse(ReadOnlySpan<char> s) =>
        TryParse(s, out MacAddress address)
            ? address
            : throw new FormatException($"'{s}' is not a MAC address: write six pairs of hexadecimal digits, as in 02:00:00:00:00:01.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char})"/>
    public static MacAddress Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc cref="Parse(ReadOnlySpan{char})"/>
    public static MacAddress Parse(string s, IFormatProvider? provider)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan());
    }

    /// <summary>Reads an address from text.</summary>
    /// <returns>False if the text is not six pairs of hexadecimal digits with colons, or with dashes, between them.</returns>
    public static bool TryParse(ReadOnlySpan<char> s, out MacAddress result) => TryParse(s, null, out result);

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out MacAddress)"/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out MacAddress result)
    {
        result = default;
        if (s.Length != TextLength || s[2] is not (':' or '-'))
        {
            return false;
        }

        ulong value = 0;
        for (int i = 0; i < TextLength; i++)
        {
            if (i % 3 == 2)
            {
                if (s[i] != s[2])
                {
                    return false;
                }

                continue;
            }

            if (!char.IsAsciiHexDigit(s[i]))
            {
                return false;
            }

            value = (value << 4) | (uint)(char.IsAsciiDigit(s[i]) ? s[i] - '0' : (s[i] | 0x20) - 'a' + 10);
        }

        result = new MacAddress(value);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out MacAddress)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out MacAddress result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        charsWritten = 0;
        if (destination.Length < TextLength)
        {
            return false;
        }

        for (int i = 0; i < Bytes; i++)
        {
            if (i > 0)
            {
                destination[charsWritten++] = ':';
            }

            int part = (int)(Value >> (40 - (8 * i))) & 0xFF;
            destination[charsWritten++] = "0123456789abcdef"[part >> 4];
            destination[charsWritten++] = "0123456789abcdef"[part & 15];
        }

        return true;
    }

    /// <summary>The address as text: six pairs of lower-case digits with colons between them.</summary>
    public override string ToString() => string.Create(TextLength, this, static (text, address) => address.TryFormat(text, out _, default, null));

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool Equals(MacAddress other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MacAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(MacAddress other) => Value.CompareTo(other.Value);

    /// <summary>Whether two addresses are the same.</summary>
    public static bool operator ==(MacAddress left, MacAddress right) => left.Value == right.Value;

    /// <summary>Whether two addresses differ.</summary>
    public static bool operator !=(MacAddress left, MacAddress right) => left.Value != right.Value;

    /// <summary>Whether an address comes before another.</summary>
    public static bool operator <(MacAddress left, MacAddress right) => left.Value < right.Value;

    /// <summary>Whether an address comes after another.</summary>
    public static bool operator >(MacAddress left, MacAddress right) => left.Value > right.Value;

    /// <summary>Whether an address comes before another or is the same.</summary>
    public static bool operator <=(MacAddress left, MacAddress right) => left.Value <= right.Value;

    /// <summary>Whether an address comes after another or is the same.</summary>
    public static bool operator >=(MacAddress left, MacAddress right) => left.Value >= right.Value;
}
