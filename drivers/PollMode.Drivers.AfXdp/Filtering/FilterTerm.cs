using System.Globalization;
using System.Net;

namespace PollMode.Drivers.AfXdp.Filtering;

/// <summary>One condition of a filter: a field in a range of numbers, or an address under a prefix.</summary>
internal readonly record struct FilterTerm
{
    /// <summary>A field in a range.</summary>
    internal FilterTerm(FilterField field, int low, int high)
    {
        Field = field;
        Low = low;
        High = high;
    }

    /// <summary>An address under a prefix.</summary>
    /// <param name="field">One of the three address fields.</param>
    /// <param name="version">4 or 6.</param>
    /// <param name="address">The address as a number; of IPv4 in the low 32 bits.</param>
    /// <param name="prefixLength">Leading bits that count.</param>
    internal FilterTerm(FilterField field, int version, UInt128 address, int prefixLength)
    {
        Field = field;
        Version = version;
        PrefixLength = prefixLength;
        int bits = version == 4 ? 32 : 128;
        UInt128 all = version == 4 ? uint.MaxValue : UInt128.MaxValue;

        // Shifting a 128-bit number by 128 leaves it as it is, so a prefix of zero is a case of its own.
        Mask = prefixLength == 0 ? UInt128.Zero : (all << (bits - prefixLength)) & all;
        Address = address & Mask;
    }

    /// <summary>What it looks at.</summary>
    internal FilterField Field { get; }

    /// <summary>Least number that matches.</summary>
    internal int Low { get; }

    /// <summary>Greatest number that matches.</summary>
    internal int High { get; }

    /// <summary>IP version of an address term: 4 or 6; zero for others.</summary>
    internal int Version { get; }

    /// <summary>The masked address.</summary>
    internal UInt128 Address { get; }

    /// <summary>The bits of the address that count.</summary>
    internal UInt128 Mask { get; }

    /// <summary>How many bits count.</summary>
    internal int PrefixLength { get; }

    /// <summary>Whether a frame meets the condition.</summary>
    internal bool Matches(in FrameFacts facts) => Field switch
    {
        FilterField.EtherType => InRange(facts.EtherType),
        FilterField.Vlan => InRange(facts.Vlan),
        FilterField.Protocol => InRange(facts.Protocol),
        FilterField.Icmp6Type => InRange(facts.Icmp6Type),
        FilterField.SourcePort => InRange(facts.SourcePort),
        FilterField.DestinationPort => InRange(facts.DestinationPort),
        FilterField.AnyPort => InRange(facts.SourcePort) || InRange(facts.DestinationPort),
        FilterField.SourceAddress => facts.Version == Version && UnderPrefix(facts.Source),
        FilterField.DestinationAddress => facts.Version == Version && UnderPrefix(facts.Destination),
        _ => facts.Version == Version && (UnderPrefix(facts.Source) || UnderPrefix(facts.Destination)),
    };

    /// <summary>The term as the parser reads it.</summary>
    public override string ToString() => Field switch
    {
        FilterField.EtherType => string.Create(CultureInfo.InvariantCulture, $"ethertype:0x{Low:x4}"),
        FilterField.Vlan => Low == 0 && High == 4095 ? "vlan" : "vlan:" + Range(),
        FilterField.Protocol => "proto:" + Range(),
        FilterField.Icmp6Type => "icmp6type:" + Range(),
        FilterField.SourcePort => "sport:" + Range(),
        FilterField.DestinationPort => "dport:" + Range(),
        FilterField.AnyPort => "port:" + Range(),
        FilterField.SourceAddress => "src:" + Prefix(),
        FilterField.DestinationAddress => "dst:" + Prefix(),
        _ => "ip:" + Prefix(),
    };

    private bool InRange(int value) => value >= Low && value <= High;

    private bool UnderPrefix(UInt128 address) => (address & Mask) == Address;

    private string Range() => Low == High ? $"{Low}" : $"{Low}-{High}";

    private string Prefix()
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
        return $"{new IPAddress(Version == 4 ? bytes[12..] : bytes)}/{PrefixLength}";
    }
}
