using CsCheck;
using PollMode.Drivers.AfXdp.Bpf;
using PollMode.Drivers.AfXdp.Filtering;
using static PollMode.Drivers.AfXdp.Bpf.BpfRegister;

namespace PollMode.Drivers.AfXdp.Tests.Filtering;

public sealed class PacketFilterTests
{
    private const uint Taken = 3;

    private static readonly Gen<string> Terms = Gen.OneOf(
        "all", "arp", "ipv4", "ipv6", "ethertype:0x88cc", "ethertype:0x8100", "vlan", "vlan:100", "vlan:100-150", "tcp", "udp", "sctp", "icmp", "icmp6", "nd",
        "proto:40-200", "icmp6type:128", "port:22", "port:50-500", "sport:1000-65535", "dport:443", "dport:0", "ip:10.0.0.0/8", "src:10.1.2.3", "dst:192.168.0.0/16",
        "src:0.0.0.0/0", "dst:255.255.255.255", "ip:2001:db8::/32", "src:fe80::/10", "dst:2001:db8:1::1", "ip:::/0", "src:2001:db8:1::/96", "dst:::/128");

    private static readonly Gen<string> Filters = (
        from terms in Terms.Array[1, 4]
        from exception in Gen.Frequency((3, Gen.Const(false)), (1, Gen.Const(true)))
        select (exception ? "!" : string.Empty) + string.Join('+', terms)).Array[1, 6].Select(clauses => string.Join('|', clauses));

    [Fact]
    public void The_kernel_gives_the_same_verdict_on_any_bytes()
    {
        Requires.Bpf();
        long taken = 0;
        long passed = 0;
        Filters.Select(FrameGenerator.Any.Array[64], Gen.Bool).Sample(
            (text, frames, keep) =>
            {
                PacketFilter filter = PacketFilter.Parse(text, keepManagement: keep);
                using BpfProgram program = Load(filter);
                foreach (byte[] frame in frames)
                {
                    bool here = filter.Matches(frame);
                    uint there = program.TestRun(frame);
                    _ = here ? Interlocked.Increment(ref taken) : Interlocked.Increment(ref passed);
                    if (there != (here ? Taken : FilterCompiler.Pass))
                    {
                        return false;
                    }
                }

                return true;
            },
            iter: 600,
            print: sample => $"{sample.Item1} keep={sample.Item3}: " + string.Join(' ', sample.Item2.Where(frame => Differs(sample.Item1, sample.Item3, frame)).Select(Convert.ToHexString)));

        // Neither verdict is rare, or the test would not say much.
        Assert.True(taken > 3000 && passed > 3000, $"{taken} taken, {passed} passed");
    }

    [Fact]
    public void Frames_of_every_length_get_a_verdict_without_a_fault() =>
        Gen.Select(Filters, FrameGenerator.Any, Gen.Int[0, 60]).Sample((text, frame, length) =>
        {
            PacketFilter filter = PacketFilter.Parse(text);
            bool first = filter.Matches(frame.AsSpan(0, Math.Min(length, frame.Length)));
            return first == filter.Matches(frame.AsSpan(0, Math.Min(length, frame.Length)));
        });

    [Fact]
    public void A_filter_written_out_and_read_again_gives_the_same_verdicts() =>
        Gen.Select(Filters, FrameGenerator.Any.Array[16]).Sample((text, frames) =>
        {
            PacketFilter first = PacketFilter.Parse(text);
            PacketFilter second = PacketFilter.Parse(first.ToString());
            return frames.All(frame => first.Matches(frame) == second.Matches(frame)) && first.ToString() == second.ToString();
        });

    [Fact]
    public void A_verdict_allocates_nothing()
    {
        PacketFilter filter = PacketFilter.Parse("tcp+dport:80-443|ip:2001:db8::/32+udp", keepManagement: true);
        byte[] frame = new byte[100];
        frame[12] = 8;
        _ = filter.Matches(frame);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            _ = filter.Matches(frame);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData("tpc", "'tpc' in the filter 'tpc' is no term")]
    [InlineData("tcp+", "'' in the filter")]
    [InlineData("tcp:6", "'tcp:6' in the filter")]
    [InlineData("port:80-70", "from 0 to 65535, or two of them in rising order")]
    [InlineData("port:65536", "from 0 to 65535")]
    [InlineData("vlan:4096", "from 0 to 4095")]
    [InlineData("ethertype:0xg", "from 0 to 65535")]
    [InlineData("src:10.0.0.0/33", "wants an address or a prefix")]
    [InlineData("dst:2001:db8::/129", "wants an address or a prefix")]
    [InlineData("ip:example", "wants an address or a prefix")]
    public void A_wrong_filter_is_refused_by_its_wrong_part(string text, string message) =>
        Assert.Contains(message, Assert.Throws<PollModeException>(() => PacketFilter.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Management_traffic_is_left_to_the_kernel()
    {
        PacketFilter filter = PacketFilter.Parse("all", keepManagement: true);
        Assert.False(filter.Matches(Frame("0806")));
        Assert.False(filter.Matches(Frame("0800", "4500002800000000400600000a0000010a00000204d20016")), "SSH, to the server");
        Assert.False(filter.Matches(Frame("0800", "4500002800000000400600000a0000010a000002001604d2")), "SSH, from the server");
        Assert.True(filter.Matches(Frame("0800", "4500002800000000400600000a0000010a00000204d20050")), "HTTP");
        Assert.True(filter.Matches(Frame("0800", "4500002800000000401100000a0000010a00000204d20016")), "UDP port 22");
        string ipv6 = "6000000000083aff" + new string('0', 64);
        Assert.False(filter.Matches(Frame("86dd", ipv6 + "8700")), "neighbour solicitation");
        Assert.True(filter.Matches(Frame("86dd", ipv6 + "8000")), "echo request");
        Assert.False(PacketFilter.Parse("tcp", exceptions: "port:80|port:443").Matches(Frame("0800", "4500002800000000400600000a0000010a00000204d20050")));
    }

    private static byte[] Frame(string type, string rest = "") => Convert.FromHexString("020000000001020000000002" + type + rest);

    private static bool Differs(string text, bool keep, byte[] frame)
    {
        PacketFilter filter = PacketFilter.Parse(text, keepManagement: keep);
        using BpfProgram program = Load(filter);
        return filter.Matches(frame) != (program.TestRun(frame) == Taken);
    }

    private static BpfProgram Load(PacketFilter filter) =>
        BpfProgram.Load(FilterCompiler.Compile(filter, code => code.Move(R0, (int)Taken).Exit()), "test_filter", 0);
}
