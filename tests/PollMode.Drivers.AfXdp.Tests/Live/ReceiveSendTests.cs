using System.Globalization;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>One port against trafgen and tcpdump at the other end of a veth pair.</summary>
public sealed class ReceiveSendTests
{
    [Fact]
    public void Frames_of_trafgen_arrive_whole_and_in_order()
    {
        Requires.Tools("trafgen");
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, "af_xdp:m0,keep=none");
        Assert.Contains("native XDP", port.ReportText, StringComparison.Ordinal);
        Assert.Contains(Testbed.IsVeth ? "copying: the driver 'veth' has no zero copy (EOPNOTSUPP)" : "zero copy", port.ReportText, StringComparison.Ordinal);

        const int Count = 5000;
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "{ 0x02,0,0,0,1,1, 0x02,0,0,0,0,1, 0x88,0xb5, dinc(0,255), c32(7), fill(0x5a, 60) }\n");
        bed.Start(bed.Left, $"trafgen --dev l0 --conf {file} --num {Count} --cpus 1 --gap 20us", out _);
        List<Packet> packets = port.ReceiveUntil(Count);
        File.Delete(file);

        Assert.Equal(Count, packets.Count);
        for (int i = 0; i < Count; i++)
        {
            Span<byte> frame = packets[i].Span;
            Assert.Equal(79, frame.Length);
            Assert.Equal((byte)(i + 1), frame[14]);
            Assert.Equal(0x5a, frame[78]);
            Assert.Equal(256, packets[i].Headroom);
        }

        packets.ForEach(port.Pool.Return);
        Assert.Equal(Count, port.Rx[0].Counters.Packets);
        Assert.Equal(Count * 79, port.Rx[0].Counters.Bytes);
        Assert.Equal(0, port.Counter("q0_rx_dropped"));
        port.CloseAndCheck();
    }

    [Fact]
    public void Tcpdump_at_the_other_end_sees_what_was_sent()
    {
        Requires.Tools("tcpdump");
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, "af_xdp:m0,keep=none");
        const int Count = 500;
        System.Diagnostics.Process dump = bed.Start(bed.Left, $"tcpdump -i l0 -nn -e -X -l --immediate-mode -c {Count} ether proto 0x88b5", out CommandOutput output);
        output.WaitFor("listening on");

        Packet[] packets = [.. Enumerable.Range(0, Count).Select(i => port.Make([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1, 1, 0x88, 0xb5, (byte)(i >> 8), (byte)i, .. new byte[46 + (i % 900)]]))];
        Assert.Equal(Count, port.SendAll(packets));
        Assert.True(dump.WaitForExit(TimeSpan.FromSeconds(20)), output.ToString());
        dump.WaitForExit();
        string[] lines = output.ToString().Split('\n');
        int next = 0;
        for (int i = 0; i + 1 < lines.Length; i++)
        {
            int length = lines[i].LastIndexOf(", length ", StringComparison.Ordinal);
            if (length >= 0)
            {
                Assert.Equal(62 + (next % 900), int.Parse(lines[i][(length + 9)..].Trim(' ', ':', '\r'), CultureInfo.InvariantCulture));
                Assert.Equal(next++, Convert.ToInt32(lines[i + 1].Split("0x0000:  ")[1][..4], 16));
            }
        }

        Assert.Equal(Count, next);
        Assert.Equal(Count, port.Tx[0].Counters.Packets);
        Assert.Equal(0, port.Tx[0].Counters.Copied);
        Assert.Equal(0, port.Counter("q0_tx_invalid_descs"));
        port.CloseAndCheck();
    }
}
