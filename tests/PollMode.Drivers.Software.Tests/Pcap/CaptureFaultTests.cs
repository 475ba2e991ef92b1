using CsCheck;
using Xunit;
using static PollMode.Drivers.Software.Tests.Pcap.CaptureFiles;

namespace PollMode.Drivers.Software.Tests.Pcap;

public sealed class CaptureFaultTests
{
    private static readonly byte[][] SmallPcap = [PcapHeader(true), PcapRecord(true, 1, 2, Frame(1, 14)), PcapRecord(true, 3, 4, Frame(2, 33)), PcapRecord(true, 5, 6, Frame(3, 20))];

    private static readonly byte[][] SmallPcapng =
    [
        Section(false), Interface(false, Option(false, 9, [9])), Enhanced(false, 0, 1, Frame(1, 14)), Block(false, 99, new byte[20]),
        Simple(false, Frame(2, 33)), Section(true), Interface(true), Obsolete(true, 0, 9, Frame(3, 20)),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cut_at_any_byte_a_capture_gives_exactly_its_whole_frames(bool pcapng)
    {
        using var scratch = new Scratch();
        byte[][] parts = pcapng ? SmallPcapng : SmallPcap;
        byte[] whole = Concat(parts);
        int[] ends = [.. parts.Select((_, i) => parts.Take(i + 1).Sum(part => part.Length))];
        int[] frameParts = pcapng ? [2, 4, 7] : [1, 2, 3];
        for (int length = 0; length <= whole.Length; length++)
        {
            string path = scratch.Write("cut", whole[..length]);
            if (length < ends[0])
            {
                Assert.Throws<PollModeException>(() => CaptureReader.Open(path, 1));
                continue;
            }

            byte[][] expected = [.. frameParts.Where(part => ends[part] <= length).Select((_, i) => Frame(i + 1, new[] { 14, 33, 20 }[i]))];
            using var resident = new CaptureReaderHarness(path, 1, long.MaxValue, 0);
            Assert.Equal(expected, resident.ReadAll().Select(frame => frame.Bytes));
            Assert.Equal(ends.Contains(length) ? CaptureFaultKind.None : CaptureFaultKind.Truncated, resident.Reader.Fault);
            using var windows = new CaptureReaderHarness(path, 1, 0, 7);
            Assert.Equal(expected, windows.ReadAll().Select(frame => frame.Bytes));
            Assert.Equal(resident.Reader.FaultSentence, windows.Reader.FaultSentence);
        }
    }

    [Fact]
    public void A_port_says_that_its_capture_is_cut()
    {
        using var scratch = new Scratch();
        byte[] whole = File.ReadAllBytes(Recorded("mixed.pcap"));
        using var bench = new PcapBench();
        IPort port = bench.Open($"pcap:{scratch.Write("cut.pcap", whole[..^5])}");
        IRxQueue queue = port.OpenRxQueue(0, bench.Pool);
        Assert.DoesNotContain(port.Report, line => line.Contains("cut", StringComparison.Ordinal) && line.Contains("middle", StringComparison.Ordinal));
        Assert.Equal(MixedFrames - 1, bench.Drain(queue).Count);
        Assert.Contains(port.Report, line => line.Contains($"cut in the middle of a record", StringComparison.Ordinal) && line.Contains("4967 whole frame(s)", StringComparison.Ordinal));
        Assert.Equal(1, PcapBench.Counter(port, "truncated"));
        Assert.Equal(0, PcapBench.Counter(port, "corrupt"));
    }

    [Fact]
    public void An_absurd_length_ends_a_capture_after_its_good_frames()
    {
        using var scratch = new Scratch();
        string path = scratch.Write("absurd.pcap", [.. SmallPcap, U32(1, true), U32(1, true), U32(0xFFFFFFF0, true), U32(60, true), new byte[500]]);
        using var bench = new PcapBench();
        IPort port = bench.Open($"pcap:{path}");
        Assert.Equal(3, bench.Drain(port.OpenRxQueue(0, bench.Pool)).Count);
        Assert.Contains(port.Report, line => line.Contains("corrupt", StringComparison.Ordinal) && line.Contains("4294967280", StringComparison.Ordinal));
        Assert.Equal(1, PcapBench.Counter(port, "corrupt"));
    }

    public static TheoryData<string, byte[]> Unreadable => new()
    {
        { "is empty", [] },
        { "neither pcap nor pcapng", "GIF89a, and more of it, long enough for a header"u8.ToArray() },
        { "neither pcap nor pcapng", [0xD4, 0xC3] },
        { "inside its own header", PcapHeader(false)[..20] },
        { "link type 113", PcapHeader(true, linkType: 113) },
        { "version 3", Concat(U32(0xA1B2C3D4, false), U16(3, false), new byte[18]) },
        { "claims 4294967295 bytes", Concat(PcapHeader(false), new byte[8], U32(uint.MaxValue, false), new byte[100]) },
        { "byte-order mark", Concat(U32(0x0A0D0D0A, false), U32(28, false), new byte[20]) },
        { "version 2", Block(false, 0x0A0D0D0A, U32(0x1A2B3C4D, false), U16(2, false), U16(0, false), new byte[8]) },
        { "link type 0", Concat(Section(false), Interface(false, linkType: 0)) },
        { "link type 101", Concat(Section(true), Interface(true), Interface(true, linkType: 101), Enhanced(true, 0, 1, Frame(1))) },
        { "names interface 4", Concat(Section(false), Interface(false), Enhanced(false, 4, 1, Frame(1))) },
        { "names interface 0", Concat(Section(false), Simple(false, Frame(1))) },
        { "two lengths differ", Concat(Section(false), Interface(false)[..^4], U32(24, false)) },
        { "claims 13 bytes", Concat(Section(false), U32(6, false), U32(13, false), new byte[50]) },
        { "claims 2000000000 bytes", Concat(Section(false), U32(6, false), U32(2_000_000_000, false), new byte[50]) },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void What_is_no_capture_to_replay_is_refused_with_a_sentence(string says, byte[] content)
    {
        using var scratch = new Scratch();
        string path = scratch.Write("bad.pcap", content);
        using var bench = new PcapBench();
        string message = Assert.Throws<PollModeException>(() => bench.Open($"pcap:{path},tx={scratch["out.pcap"]}")).Message;
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
        Assert.False(File.Exists(scratch["out.pcap"]), "a wrong input must not cost the file that would have been written");
    }

    [Theory]
    [InlineData("pcap:/nowhere/at/all.pcap", "no file")]
    [InlineData("pcap:/tmp", "directory")]
    [InlineData("pcap:", "names no file")]
    [InlineData("pcap:a.pcap,tx=./a.pcap", "overwrite")]
    [InlineData("pcap:,tx=/nowhere/out.pcap", "cannot be written")]
    [InlineData("pcap:a.pcap,loop=-1", "loop")]
    [InlineData("pcap:a.pcap,loop=x", "loop")]
    [InlineData("pcap:a.pcap,pace=slow", "fast, recorded")]
    [InlineData("pcap:a.pcap,speed=0", "speed=0")]
    [InlineData("pcap:a.pcap,speed=NaN", "speed=NaN")]
    [InlineData("pcap:a.pcap,pace=fast,speed=2", "leave one")]
    [InlineData("pcap:,tx=o.pcap,snaplen=0", "snaplen")]
    [InlineData("pcap:,tx=o.pcap,buffer=1", "buffer")]
    [InlineData("pcap:,tx=o.pcap,full=maybe", "drop, wait")]
    [InlineData("pcap:a.pcap,rate=5", "rate")]
    [InlineData("capture:direction=in,file=x+null", "both, rx, tx")]
    [InlineData("capture:direction=rx+null", "names no file")]
    [InlineData("capture:x.pcapng+null", "names a device")]
    public void A_wrong_spec_is_refused_with_a_sentence(string spec, string says)
    {
        using var bench = new PcapBench();
        Assert.Contains(says, Assert.Throws<PollModeException>(() => bench.Open(spec)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_ports_cannot_write_one_file()
    {
        using var scratch = new Scratch();
        using var bench = new PcapBench();
        bench.Open($"pcap:,tx={scratch["x.pcap"]}");
        Assert.Contains("already", Assert.Throws<PollModeException>(() => bench.Open($"capture:file={scratch["x.pcap"]}+null")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pure_source_sends_nothing_and_a_pure_sink_receives_nothing()
    {
        using var scratch = new Scratch();
        using var bench = new PcapBench();
        IPort source = bench.Open($"pcap:{Recorded("mixed.pcap")}");
        IPort sink = bench.Open($"pcap:,tx={scratch["x.pcap"]}");
        Assert.Equal((1, 0), (source.Capabilities.RxQueues, source.Capabilities.TxQueues));
        Assert.Equal((0, int.MaxValue), (sink.Capabilities.RxQueues, sink.Capabilities.TxQueues));
        Assert.Throws<PollModeException>(() => source.OpenTxQueue(0, bench.Pool));
        Assert.Throws<PollModeException>(() => sink.OpenRxQueue(0, bench.Pool));
        PortPlan plan = new PcapDriver().Probe(PortSpec.Parse("pcap:,tx=/nowhere/x.pcap"));
        Assert.Equal((0, int.MaxValue), (plan.RxQueues, plan.TxQueues));
    }

    [Fact]
    public void Random_bytes_and_mutations_never_hurt()
    {
        using var scratch = new Scratch();
        byte[][] seeds = [Concat(SmallPcap), Concat(SmallPcapng), File.ReadAllBytes(Recorded("mixed.pcapng"))[..3000], File.ReadAllBytes(Recorded("mixed-ns.pcap"))[..3000]];
        Gen<byte[]> mutated =
            from seed in Pick(seeds)
            from changes in Gen.Select(Gen.Int[0, seed.Length - 1], Gen.OneOf(Gen.Byte, Pick<byte>(0, 1, 0x7F, 0x80, 0xFF))).Array[1, 8]
            from keep in Gen.Int[0, seed.Length]
            select Mutate(seed, changes, keep);
        Gen<byte[]> random =
            from magic in Pick(U32(0xA1B2C3D4, true), U32(0xA1B23C4D, false), Section(true), Section(false), PcapHeader(false), Concat(Section(true), Interface(true)))
            from rest in Gen.Byte.Array[0, 300]
            select Concat(magic, rest);
        Gen.OneOf(mutated, random).Sample(
            content =>
            {
                string path = scratch[$"fuzz-{Environment.CurrentManagedThreadId}"];
                File.WriteAllBytes(path, content);
                try
                {
                    using var reader = new CaptureReaderHarness(path, 2, content.Length % 2 == 0 ? long.MaxValue : 0, 64);
                    long bytes = reader.ReadAll().Sum(frame => (long)frame.Bytes.Length);
                    Assert.True(bytes <= 2L * content.Length);
                    _ = reader.Reader.FaultSentence;
                }
                catch (PollModeException fault)
                {
                    Assert.EndsWith(".", fault.Message, StringComparison.Ordinal);
                }
            },
            iter: 3000,
            threads: 1);
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static byte[] Mutate(byte[] seed, (int At, byte Value)[] changes, int keep)
    {
        byte[] copy = [.. seed];
        foreach ((int at, byte value) in changes)
        {
            copy[at] = value;
        }

        // Half of them cut as well.
        return keep % 2 == 0 ? copy : copy[..keep];
    }
}
