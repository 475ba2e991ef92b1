using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PollMode.Wire;

/// <summary>
/// A block of IPv4 or IPv6 addresses that share their first bits. Written "10.0.0.0/8" or "2001:db8::/32"; an address without a length is a block of one.
/// The default value is 0.0.0.0/0: every IPv4 address.
/// </summary>
public readonly struct IpPrefix : IEquatable<IpPrefix>, ISpanParsable<IpPrefix>
{
    private readonly UInt128 _bits;
    private readonly UInt128 _mask;
    private readonly byte _length;
    private readonly bool _isIpv6;

    /// <summary>Makes a block of IPv4 addresses. Address bits behind the length are cleared.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is not from 0 to 32.</exception>
    public IpPrefix(Ipv4Address address, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 32);
        _mask = length == 0 ? 0 : uint.MaxValue << (32 - length);
        _bits = address.Value & _mask;
        _length = (byte)length;
    }

    /// <summary>Makes a block of IPv6 addresses. Address bits behind the length are cleared.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is not from 0 to 128.</exception>
    public IpPrefix(Ipv6Address address, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 128);
        _mask = length == 0 ? 0 : UInt128.MaxValue << (128 - length);
        _bits = address.Value & _mask;
        _length = (byte)length;
        _isIpv6 = true;
    }

    /// <summary>Bits that the addresses of the block share.</summary>
    public int Length => _length;

    /// <summary>Whether the block is of IPv4 addresses.</summary>
    public bool IsIpv4 => !_isIpv6;

    /// <summary>Whether the block is of IPv6 addresses.</summary>
    public bool IsIpv6 => _isIpv6;

    /// <summary>The first address of a block of IPv4 addresses.</summary>
    public Ipv4Address Ipv4Address => new((uint)_bits);

    /// <summary>The first address of a block of IPv6 addresses.</summary>
    public Ipv6Address Ipv6Address => new(_bits);

    /// <summary>Whether an address is in the block; never, if the block is of IPv6 addresses.</summary>
    public bool Contains(Ipv4Address address) => !_isIpv6 && (address.Value & (uint)_mask) == (uint)_bits;

    /// <summary>Whether an address is in the block; never, if the block is of IPv4 addresses.</summary>
    public bool Contains(Ipv6Address address) => _isIpv6 && (address.Value & _mask) == _bits;

    /// <summary>Whether an address as it stands on the wire is in the block.</summary>
    /// <param name="address">Four bytes are an IPv4 address, sixteen an IPv6 one; others are in no block.</param>
    public bool Contains(ReadOnlySpan<byte> address) => address.Length switch
    {
        Wire.Ipv4Address.Bytes => !_isIpv6 && (BinaryPrimitives.ReadUInt32BigEndian(address) & (uint)_mask) == (uint)_bits,
        Wire.Ipv6Address.Bytes => _isIpv6 && (BinaryPrimitives.ReadUInt128BigEndian(address) & _mask) == _bits,
        _ => false,
    };

    /// <summary>Reads a block from text.</summary>
    /// <exception cref="FormatException">The text is not an address with a length, or the address has bits set behind the length.</exception>
    public static IpPrefix Parse(ReadOnlySpan<char> s)
    {
        if (TryParse(s, out IpPrefix prefix, out bool strayBits))
        {
            return prefix;
        }

        throw strayBits
            ? new FormatException($"'{s}' has address bits set behind its length: write {prefix}.")
            : new FormatException($"'{s}' is not an IP prefix: write an address and a length, as in 10.0.0.0/8 or 2001:db8::/32.");
    }

    /// <inheritdoc cref="Parse(ReadOnlySpan{char})"/>
    public static IpPrefix Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc cref="Parse(ReadOnlySpan{char})"/>
    public static IpPrefix Parse(string s, IFormatProvider? provider)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan());
    }

    /// <summary>Reads a block from text.</summary>
    /// <returns>False if the text is not an address with a length, or the address has bits set behind the length.</returns>
    public static bool TryParse(ReadOnlySpan<char> s, out IpPrefix result) => TryParse(s, null, out result);

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out IpPrefix)"/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out IpPrefix result)
    {
        bool parsed = TryParse(s, out IpPrefix prefix, out _);
        result = parsed ? prefix : default;
        return parsed;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out IpPrefix)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out IpPrefix result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <summary>The block as text: its first address, a slash, its length.</summary>
    public override string ToString() => _isIpv6 ? $"{Ipv6Address}/{_length}" : $"{Ipv4Address}/{_length}";

    /// <inheritdoc/>
    public bool Equals(IpPrefix other) => _isIpv6 == other._isIpv6 && _length == other._length && _bits == other._bits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is IpPrefix other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_bits, _length, _isIpv6);

    /// <summary>Whether two blocks are the same.</summary>
    public static bool operator ==(IpPrefix left, IpPrefix right) => left.Equals(right);

    /// <summary>Whether two blocks differ.</summary>
    public static bool operator !=(IpPrefix left, IpPrefix right) => !left.Equals(right);

    private static bool TryParse(ReadOnlySpan<char> text, out IpPrefix prefix, out bool strayBits)
    {
        prefix = default;
        strayBits = false;
        int slash = text.IndexOf('/');
        ReadOnlySpan<char> address = slash < 0 ? text : text[..slash];
        bool isIpv4 = Wire.Ipv4Address.TryParse(address, out Ipv4Address ipv4);
        if (!isIpv4 & !Wire.Ipv6Address.TryParse(address, out Ipv6Address ipv6))
        {
            return false;
        }

        int maximum = isIpv4 ? 32 : 128;
        int length = maximum;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > maximum))
        {
            return false;
        }

        prefix = isIpv4 ? new IpPrefix(ipv4, length) : new IpPrefix(ipv6, length);
        strayBits = isIpv4 ? prefix.Ipv4Address != ipv4 : prefix.Ipv6Address != ipv6;
        return !strayBits;
    }
}
