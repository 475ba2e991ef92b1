using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace PollMode.Wire;

/// <summary>An IPv4 address as a value of four bytes. Written "192.0.2.1".</summary>
public readonly struct Ipv4Address : IEquatable<Ipv4Address>, IComparable<Ipv4Address>, ISpanParsable<Ipv4Address>, ISpanFormattable
{
    /// <summary>Bytes of an address on the wire.</summary>
    public const int Bytes = 4;

    private const int MaximumTextLength = 15;

    /// <summary>Makes an address of a number: 0xC0000201 is 192.0.2.1.</summary>
    public Ipv4Address(uint value) => Value = value;

    /// <summary>Makes an address of its four parts.</summary>
    public Ipv4Address(byte first, byte second, byte third, byte fourth) =>
        Value = ((uint)first << 24) | ((uint)second << 16) | ((uint)third << 8) | fourth;

    /// <summary>The address as a number: 192.0.2.1 is 0xC0000201.</summary>
    public uint Value { get; }

    /// <summary>Whether this is 0.0.0.0.</summary>
    public bool IsZero => Value == 0;

    /// <summary>Whether this is 255.255.255.255.</summary>
    public bool IsBroadcast => Value == uint.MaxValue;

    /// <summary>Whether the address is of a group: 224.0.0.0/4.</summary>
    public bool IsMulticast => Value >> 28 == 0xE;

    /// <summary>Whether the address is of this host: 127.0.0.0/8.</summary>
    public bool IsLoopback => Value >> 24 == 127;

    /// <summary>Reads the first four bytes of a span, which must have as many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ipv4Address Read(ReadOnlySpan<byte> bytes) => new(BigEndian.Read32(bytes, 0));

    /// <summary>Writes the address to the first four bytes of a span, which must have as many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(Span<byte> bytes) => BigEndian.Write32(bytes, 0, Value);

    /// <summary>Takes over an address of the base class library.</summary>
    /// <returns>False if it is not an IPv4 address.</returns>
    public static bool TryFrom(IPAddress address, out Ipv4Address result)
    {
        ArgumentNullException.ThrowIfNull(address);
        result = default;
        if (address.AddressFamily != AddressFamily.InterNetwork)
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

    /// <summary>Reads an address from text.</summary>
    /// <exception cref="FormatException">The text is not four decimal numbers from 0 to 255.</exception>
    public static Ipv4Address Parse(ReadOnlySpan<char> s) =>
        TryParse(s, out Ipv4Address address)
            ? address
            : throw new FormatException($"'{s}' is not an IPv4 address: write four numbers from 0 to 255, as in 192.0.2.1.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char})"/>
    public static Ipv4Address Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc cref="Parse(ReadOnlySpan{char})"/>
    public static Ipv4Address Parse(string s, IFormatProvider? provider)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan());
    }

    /// <summary>Reads an address from text.</summary>
    /// <returns>
    /// False if the text is not four decimal numbers from 0 to 255. A leading zero is refused: some programs would read the number as octal.
    /// </returns>
    public static bool TryParse(ReadOnlySpan<char> s, out Ipv4Address result) => TryParse(s, null, out result);

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out Ipv4Address)"/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Ipv4Address result)
    {
        result = default;
        uint value = 0;
        int position = 0;
        for (int part = 0; part < Bytes; part++)
        {
            if (part > 0 && (position >= s.Length || s[position++] != '.'))
            {
                return false;
            }

            int start = position;
            int number = 0;
            while (position < s.Length && position - start < 3 && char.IsAsciiDigit(s[position]))
            {
                number = (number * 10) + s[position++] - '0';
            }

            int digits = position - start;
            if (digits == 0 || number > 255 || (digits > 1 && s[start] == '0'))
            {
                return false;
            }

            value = (value << 8) | (uint)number;
        }

        if (position != s.Length)
        {
            return false;
        }

        result = new Ipv4Address(value);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out Ipv4Address)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Ipv4Address result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite($"{Value >> 24}.{(byte)(Value >> 16)}.{(byte)(Value >> 8)}.{(byte)Value}", out charsWritten);

    /// <summary>The address as text: four decimal numbers with dots between them.</summary>
    public override string ToString()
    {
        Span<char> text = stackalloc char[MaximumTextLength];
        _ = TryFormat(text, out int length, default, null);
        return text[..length].ToString();
    }

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool Equals(Ipv4Address other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Ipv4Address other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Value;

    /// <inheritdoc/>
    public int CompareTo(Ipv4Address other) => Value.CompareTo(other.Value);

    /// <summary>Whether two addresses are the same.</summary>
    public static bool operator ==(Ipv4Address left, Ipv4Address right) => left.Value == right.Value;

    /// <summary>Whether two addresses differ.</summary>
    public static bool operator !=(Ipv4Address left, Ipv4Address right) => left.Value != right.Value;

    /// <summary>Whether an address comes before another.</summary>
    public static bool operator <(Ipv4Address left, Ipv4Address right) => left.Value < right.Value;

    /// <summary>Whether an address comes after another.</summary>
    public static bool operator >(Ipv4Address left, Ipv4Address right) => left.Value > right.Value;

    /// <summary>Whether an address comes before another or is the same.</summary>
    public static bool operator <=(Ipv4Address left, Ipv4Address right) => left.Value <= right.Value;

    /// <summary>Whether an address comes after another or is the same.</summary>
    public static bool operator >=(Ipv4Address left, Ipv4Address right) => left.Value >= right.Value;
}
