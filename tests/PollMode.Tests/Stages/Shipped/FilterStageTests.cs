using PollMode.Wire;
using Xunit;

namespace PollMode.Tests.Stages.Shipped;

public sealed class FilterStageTests
{
    private static readonly byte[] Dns4 = Frames.Udp("10.0.0.1", "10.1.2.3", 40000, 53);
    private static readonly byte[] Web4 = Frames.Tcp("192.168.7.9", "10.1.2.3", 40001, 443);
    private static readonly byte[] Web6 = Frames.Tcp("2001:db8::1", "2001:db8:1::2", 443, 50000);
    private static readonly byte[] Arp = Frames.Arp();

    public static TheoryData<string, FilterRule, bool[]> Rules => new()
    {
        // Which of DNS over IPv4, HTTPS over IPv4, HTTPS over IPv6 and ARP a rule matches.
        { "nothing named", new FilterRule(), [true, true, true, true] },
        { "ARP", new FilterRule { EtherType = EtherType.Arp }, [false, false, false, true] },
        { "IPv6", new FilterRule { EtherType = EtherType.Ipv6 }, [false, false, true, false] },
        { "TCP", new FilterRule { Protocol = IpProtocol.Tcp }, [false, true, true, false] },
        { "IPv4 source", new FilterRule { Source = IpPrefix.Parse("192.168.0.0/16") }, [false, true, false, false] },
        { "IPv4 destination", new FilterRule { Destination = IpPrefix.Parse("10.1.0.0/16") }, [true, true, false, false] },
        { "IPv6 destination", new FilterRule { Destination = IpPrefix.Parse("2001:db8:1::/48") }, [false, false, true, false] },
        { "any IPv4", new FilterRule { Source = IpPrefix.Parse("0.0.0.0/0") }, [true, true, false, false] },
        { "destination port", new FilterRule { DestinationPort = new FilterPorts(443) }, [false, true, false, false] },
        { "source port", new FilterRule { SourcePort = new FilterPorts(443) }, [false, false, true, false] },
        { "either port", new FilterRule { EitherPort = new FilterPorts(443) }, [false, true, true, false] },
        { "port range", new FilterRule { SourcePort = new FilterPorts(40000, 40001) }, [true, true, false, false] },
        { "all at once", new FilterRule { EtherType = EtherType.Ipv4, Protocol = IpProtocol.Udp, Source = IpPrefix.Parse("10.0.0.1/32"), DestinationPort = new FilterPorts(53) }, [true, false, false, false] },
    };

    [Theory]
    [MemberData(nameof(Rules), DisableDiscoveryEnumeration = true)]
    public void ARuleMatchesWhatItNames(string name, FilterRule rule, bool[] matches)
    {
        byte[][] frames = [Dns4, Web4, Web6, Arp];
        using var bench = new StageBench();

        List<byte[]> left = bench.Run(new FilterStage(FilterAction.Pass, rule), frames);

        IEnumerable<byte[]> expected = frames.Where((_, index) => !matches[index]);
        Assert.Equal(expected, left);
        Assert.True(bench.Dropped(DropReason.Filtered) == matches.Count(match => match), name);
        bench.AssertHome();
    }

    [Fact]
    public void TheFirstRuleThatMatchesDecides()
    {
        using var bench = new StageBench();
        var stage = new FilterStage(
            FilterAction.Drop,
            new FilterRule { Protocol = IpProtocol.Udp, Action = FilterAction.Drop },
            new FilterRule { EtherType = EtherType.Ipv4, Action = FilterAction.Pass });

        List<byte[]> left = bench.Run(stage, Dns4, Web4, Web6, Arp);

        Assert.Equal([Web4], left);
        Assert.Equal(3, bench.Dropped(DropReason.Filtered));
    }

    [Fact]
    public void BytesThatAreNoFrameGoByTheDefault()
    {
        using var bench = new StageBench();
        FilterRule[] rules = [new() { Protocol = IpProtocol.Udp }, new() { EitherPort = new FilterPorts(0, 65535) }, new() { Source = IpPrefix.Parse("::/0") }];
        byte[][] frames = [[], [1], Dns4[..14], Dns4[..20], [.. Web6[..60]], new byte[14]];

        List<byte[]> left = bench.Run(new FilterStage(FilterAction.Pass, rules), frames);

        // The cut IPv6 frame still has its addresses.
        Assert.Equal(frames.Where((_, index) => index != 4), left);
        bench.AssertHome();
    }
}
