using System.Net;
using CsCheck;
using PollMode.Wire;
using Xunit;

namespace PollMode.Tests.Wire;

public sealed class AddressTests
{
    [Fact]
    public void Mac_addresses_survive_text_and_bytes() => Gen.ULong.Sample(value =>
    {
        MacAddress address = new(value);
        byte[] bytes = new byte[8];
        address.Write(bytes.AsSpan(1));
        Assert.Equal(0, bytes[0]);
        Assert.Equal(0, bytes[7]);
        Assert.Equal(address, MacAddress.Read(bytes.AsSpan(1)));
        Assert.Equal(Convert.ToHexString(bytes, 1, 6), address.ToString().Replace(":", "", StringComparison.Ordinal).ToUpperInvariant());
        Assert.Equal(address, MacAddress.Parse(address.ToString()));
        Assert.Equal(address, MacAddress.Parse(address.ToString().ToUpperInvariant().Replace(':', '-')));
    });

    [Fact]
    public void Mac_addresses_know_their_kind()
    {
        Assert.True(MacAddress.Broadcast is { IsBroadcast: true, IsMulticast: true, IsUnicast: false });
        Assert.True(MacAddress.Parse("01:00:5e:00:00:01") is { IsMulticast: true, IsBroadcast: false, IsLocallyAdministered: false });
        Assert.True(MacAddress.Parse("02:00:00:00:00:01") is { IsUnicast: true, IsLocallyAdministered: true });
        Assert.Equal("01:00:5e:01:02:03", MacAddress.ForMulticast(Ipv4Address.Parse("239.129.2.3")).ToString());
        Assert.Equal("33:33:ff:00:00:01", MacAddress.ForMulticast(Ipv6Address.Parse("2001:db8::1").SolicitedNodeMulticast).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("02:00:00:00:00")]
    [InlineData("02:00:00:00:00:0")]
    [InlineData("02:00:00:00:00:0g")]
    [InlineData("02:00-00:00:00:01")]
    [InlineData("02.00.00.00.00.01")]
    [InlineData("02:00:00:00:00:01:")]
    public void Bad_mac_addresses_are_refused(string text)
    {
        Assert.False(MacAddress.TryParse(text, out _));
        Assert.Contains("02:00:00:00:00:01", Assert.Throws<FormatException>(() => MacAddress.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ipv4_addresses_equal_those_of_the_base_class_library() => Gen.UInt.Sample(value =>
    {
        Ipv4Address address = new(value);
        IPAddress oracle = address.ToIPAddress();
        Assert.Equal(oracle.ToString(), address.ToString());
        Assert.Equal(address, Ipv4Address.Parse(oracle.ToString()));
        Assert.True(Ipv4Address.TryFrom(oracle, out Ipv4Address back) && back == address);
        Assert.False(Ipv6Address.TryFrom(oracle, out _));
    });

    [Theory]
    [InlineData("")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.256")]
    [InlineData("1.2.3.04")]
    [InlineData("1.2.3.")]
    [InlineData("1..2.3")]
    [InlineData("1.2.3.0004")]
    [InlineData(" 1.2.3.4")]
    public void Bad_ipv4_addresses_are_refused(string text) => Assert.False(Ipv4Address.TryParse(text, out _));

    [Fact]
    public void Ipv6_addresses_equal_those_of_the_base_class_library() => Gen.Byte.Array[16].Sample(bytes =>
    {
        Ipv6Address address = Ipv6Address.Read(bytes);
        IPAddress oracle = new(bytes);
        Assert.Equal(oracle.ToString(), address.ToString());
        Assert.Equal(address, Ipv6Address.Parse(oracle.ToString()));
        Assert.True(Ipv6Address.TryFrom(oracle, out Ipv6Address back) && back == address);
        Assert.False(Ipv4Address.TryFrom(oracle, out _));
    });

    [Theory]
    [InlineData("::g")]
    [InlineData("1.2.3.4")]
    [InlineData("fe80::1%lo")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData("::1/64")]
    public void Bad_ipv6_addresses_are_refused(string text) => Assert.False(Ipv6Address.TryParse(text, out _));

    [Fact]
    public void Ipv6_addresses_know_their_kind()
    {
        Assert.True(Ipv6Address.Parse("fe80::1").IsLinkLocal);
        Assert.True(Ipv6Address.Parse("febf::1").IsLinkLocal);
        Assert.False(Ipv6Address.Parse("fec0::1").IsLinkLocal);
        Assert.True(Ipv6Address.Parse("ff02::1").IsMulticast);
        Assert.True(Ipv6Address.Parse("::1").IsLoopback);
        Assert.Equal("ff02::1:ff00:1", Ipv6Address.Parse("2001:db8::1").SolicitedNodeMulticast.ToString());
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.255.1.2", "11.0.0.0")]
    [InlineData("192.0.2.1", "192.0.2.1", "192.0.2.2")]
    [InlineData("192.0.2.0/31", "192.0.2.1", "192.0.2.2")]
    [InlineData("0.0.0.0/0", "255.255.255.255", "::")]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::")]
    [InlineData("2001:db8::1", "2001:db8::1", "2001:db8::2")]
    [InlineData("::/0", "ffff::", "0.0.0.0")]
    public void Prefixes_contain_what_they_should(string text, string inside, string outside)
    {
        IpPrefix prefix = IpPrefix.Parse(text);
        Assert.True(prefix.Contains(IPAddress.Parse(inside).GetAddressBytes()));
        Assert.False(prefix.Contains(IPAddress.Parse(outside).GetAddressBytes()));
        Assert.Equal(text.Contains('/', StringComparison.Ordinal) ? text : $"{text}/{(prefix.IsIpv6 ? 128 : 32)}", prefix.ToString());
    }

    [Fact]
    public void Prefixes_equal_those_of_the_base_class_library() => Gen.Select(
        Gen.Byte.Array[16], Gen.Byte.Array[16], Gen.Int[0, 128]).Sample((bytes, other, length) =>
    {
        // The address under test shares some bits with the prefix, so that both verdicts occur.
        Ipv6Address mixed = new((Ipv6Address.Read(bytes).Value & (UInt128.MaxValue << 40)) | (Ipv6Address.Read(other).Value >> 88));
        IpPrefix ipv6 = new(Ipv6Address.Read(bytes), length);
        Assert.Equal(IPNetwork.Parse(ipv6.ToString()).Contains(mixed.ToIPAddress()), ipv6.Contains(mixed));
        Ipv4Address mixed4 = new((Ipv4Address.Read(bytes).Value & 0xFFFF_0000) | (Ipv4Address.Read(other).Value >> 16));
        IpPrefix ipv4 = new(Ipv4Address.Read(bytes), length % 33);
        Assert.Equal(IPNetwork.Parse(ipv4.ToString()).Contains(mixed4.ToIPAddress()), ipv4.Contains(mixed4));
        Assert.Equal(ipv6, IpPrefix.Parse(ipv6.ToString()));
        Assert.Equal(ipv4, IpPrefix.Parse(ipv4.ToString()));
    });

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("2001:db8::/129")]
    [InlineData("/8")]
    [InlineData("")]
    public void Bad_prefixes_are_refused(string text)
    {
        Assert.False(IpPrefix.TryParse(text, out _));
        Assert.Throws<FormatException>(() => IpPrefix.Parse(text));
    }

    [Fact]
    public void A_prefix_with_stray_bits_is_refused_with_the_one_that_was_meant() =>
        Assert.Contains("write 10.0.0.0/8", Assert.Throws<FormatException>(() => IpPrefix.Parse("10.1.2.3/8")).Message, StringComparison.Ordinal);
}
