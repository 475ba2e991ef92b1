using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace PollMode.Wire;

/// <summary>An IPv6 address as a value of sixteen bytes. Written "2001:db8::1". It has no zone: a "%eth0" is refused.</summary>
public readonly struct Ipv6Address : IEquatable<Ipv6Address>, IComparable<Ipv6Address>, ISpanParsable<Ipv6Address>, ISpanFormattable
{
    /// <summary>Bytes of an address on the wire.</summary>
    public const int Bytes = 16;

    /// <summary>Makes an address of a number, the first byte on the wire the most significant.</summary>
    public Ipv6Address(UInt128 value) => Value = value;

    /// <summary>The address as a number, the first byte on the wire the most significant.</summary>
    public UInt128 Value { get; }

    /// <summary>Whether this is "::".</summary>
    public bool IsZero => Value == UInt128.Zero;

    /// <summary>Whether this is "::1".</summary>
    public bool IsLoopback => Value == UInt128.One;

    /// <summary>Whether the address is of a group: ff00::/8.</summary>
    public bool IsMulticast => (byte)(Value >> 120) == 0xFF;

    /// <summary>Whether the address is valid on one link alone: fe80::/10.</summary>
    public bool IsLinkLocal => (ushort)(Value >> 118) == 0xFE80 >> 6;

    /// <summary>The group to which one asks for this address's neighbour (RFC 4291, section 2.7.1).</summary>
    public Ipv6Address SolicitedNodeMulticast => new(new UInt128(0xFF02_0000_0000_0000, 0x0000_0001_FF00_0000 | ((ulong)Value & 0xFF_FFFF)));

    /// <summary>Reads the first sixteen bytes of a span, which must have as many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ipv6Address Read(ReadOnlySpan<byte> bytes) => new(BigEndian.Read128(bytes, 0));

    /// <summary>Writes the address to the first sixteen bytes of a span, which must have as many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(Span<byte> bytes) => BigEndian.Write128(bytes, 0, Value);

    /// <summary>Takes over an address of the base class library. Its zone is left out.</summary>
    /// <returns>False if it is not an IPv6 address.</returns>
    public static bool TryFrom(IPAddress address, out Ipv6Address result)
    {
        ArgumentNullException.ThrowIfNull(address);
        result = default;
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Bytes];
        _ = address.TryWriteBytes(bytes, out _);
        result = Read(bytes);
        return true;
    }

    /// <summary>The same address as an object of the base class library. Allocates it.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Write(bytes);
        return new IPAddress(bytes);
    }

    /// <summary>Reads an address from text. Allocates.</summary>
    /// <exception cref="FormatException">The text is not an IPv6 address.</exception>
    public static Ipv6Address Parse(ReadOnlySpan<char> s) =>
        TryParse(s, out Ipv6Address address)
            ? address
            : throw new FormatException($"'{s}' is not an IPv6 address: write up to eight hexadecimal groups without a zone, as in 2001:db8::1.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char})"/>
    public static Ipv6Address Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc cref="Parse(ReadOnlySpan{char})"/>
    public static Ipv6Address Parse(string s, IFormatProvider? provider)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan());
    }

    /// <summary>Reads an address from text. Allocates.</summary>
    /// <returns>False if the text is not an IPv6 address, or has a zone, brackets or a port.</returns>
    public static bool TryParse(ReadOnlySpan<char> s, out Ipv6Address result) => TryParse(s, null, out result);

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out Ipv6Address)"/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Ipv6Address result)
    {
        result = default;
        return s.IndexOfAny("[]%/") < 0 && IPAddress.TryParse(s, out IPAddress? address) && TryFrom(address, out result);
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out Ipv6Address)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Ipv6Address result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        ToIPAddress().TryFormat(destination, out charsWritten);

    /// <summary>The address as text, the longest run of zeros left out.</summary>
    public override string ToString() => ToIPAddress().ToString();

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool Equals(Ipv6Address other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Ipv6Address other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(Ipv6Address other) => Value.CompareTo(other.Value);

    /// <summary>Whether two addresses are the same.</summary>
    public static bool operator ==(Ipv6Address left, Ipv6Address right) => left.Value == right.Value;

    /// <summary>Whether two addresses differ.</summary>
    public static bool operator !=(Ipv6Address left, Ipv6Address right) => left.Value != right.Value;

    /// <summary>Whether an address comes before another.</summary>
    public static bool operator <(Ipv6Address left, Ipv6Address right) => left.Value < right.Value;

    /// <summary>Whether an address comes after another.</summary>
    public static bool operator >(Ipv6Address left, Ipv6Address right) => left.Value > right.Value;

    /// <summary>Whether an address comes before another or is the same.</summary>
    public static bool operator <=(Ipv6Address left, Ipv6Address right) => left.Value <= right.Value;

    /// <summary>Whether an address comes after another or is the same.</summary>
    public static bool operator >=(Ipv6Address left, Ipv6Address right) => left.Value >= right.Value;
}
