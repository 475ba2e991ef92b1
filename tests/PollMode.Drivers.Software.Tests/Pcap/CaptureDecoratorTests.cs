using Xunit;
using static PollMode.Drivers.Software.Tests.Pcap.CaptureFiles;

namespace PollMode.Drivers.Software.Tests.Pcap;

public sealed class CaptureDecoratorTests
{
    [Theory]
    [InlineData("both", true, true)]
    [InlineData("rx", true, false)]
    [InlineData("tx", false, true)]
    public void What_passes_is_copied_with_its_direction(string direction, bool receives, bool sends)
    {
        using var scratch = new Scratch();
        using (var bench = new PcapBench())
        {
            IPort port = bench.Open($"capture:file={scratch["trace.pcapng"]},direction={direction}+pcap:{Recorded("mixed.pcapng")},tx={scratch["out.pcap"]}");
            IRxQueue rx = port.OpenRxQueue(0, bench.Pool);
            ITxQueue tx = port.OpenTxQueue(0, bench.Pool);
            Assert.Equal(MixedFrames, bench.Forward(rx, tx));
            Assert.Equal(MixedFrames, tx.Counters.Packets);
            port.Dispose();
            Assert.Equal((receives ? MixedFrames : 0) + (sends ? MixedFrames : 0), PcapBench.Counter(port, "capture_written"));
            Assert.Equal(MixedFrames, PcapBench.Counter(port, "written"));
        }

        List<SeenFrame> recorded = PcapBench.ReadAll(Recorded("mixed.pcapng"));
        List<(SeenFrame Frame, uint Flags)> traced = ReadWithFlags(scratch["trace.pcapng"]);
        Assert.Equal(receives ? recorded : [], traced.Where(each => each.Flags == 1).Select(each => each.Frame));
        Assert.Equal(sends ? recorded : [], traced.Where(each => each.Flags == 2).Select(each => each.Frame));
    }

    [Fact]
    public void What_the_port_does_not_take_is_not_in_the_capture()
    {
        using var scratch = new Scratch();
        using (var bench = new PcapBench())
        {
            var inner = new ReluctantPort(bench.Pool);
            IPort port = new CaptureDecorator().Wrap(inner, PortSpec.Parse($"capture:file={scratch["t.pcapng"]},buffer=1048576"), bench.Context);
            ITxQueue tx = port.OpenTxQueue(0, bench.Pool);
            int number = 0;
            for (int round = 0; round < 5000; round++)
            {
                // Of each burst a few are taken, the others offered again, so that records are taken back at every place of the ring.
                inner.Takes = 1 + (round % 5);
                Packet[] burst = [.. Enumerable.Range(number, 7).Select(n => bench.Make(Frame(n, 20 + (n % 600)), n))];
                int taken = tx.Send(burst);
                Assert.Equal(inner.Takes, taken);
                bench.Pool.Return(burst.AsSpan(taken));
                number += taken;
                while (tx.Service())
                {
                    Thread.Yield();
                }
            }

            port.Dispose();
            Assert.Equal(number, PcapBench.Counter(port, "capture_written"));
            Assert.Equal(0, PcapBench.Counter(port, "capture_dropped"));
        }

        List<SeenFrame> seen = PcapBench.ReadAll(scratch["t.pcapng"]);
        Assert.Equal(Enumerable.Range(0, seen.Count).Select(n => new SeenFrame(Frame(n, 20 + (n % 600)), n)), seen);
    }

    [Fact]
    public void A_slow_file_never_holds_up_the_port()
    {
        using var scratch = new Scratch();
        Assert.SkipUnless(NamedPipe.TryMake(scratch["pipe"]), "mkfifo is missing");
        using FileStream reading = new(scratch["pipe"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        using var bench = new PcapBench();
        IPort port = bench.Open($"capture:file={scratch["pipe"]},buffer=1048576,direction=rx+null:rx=100000,size=1000");
        IRxQueue rx = port.OpenRxQueue(0, bench.Pool);
        Assert.Equal(100_000, bench.Forward(rx, port.OpenTxQueue(0, bench.Pool)));
        long dropped = PcapBench.Counter(port, "capture_dropped");
        Assert.InRange(dropped, 98_000, 99_500);
        Task read = reading.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
        port.Dispose();
        Assert.Equal(100_000, dropped + PcapBench.Counter(port, "capture_written"));
        Assert.False(read.IsCompleted);
    }

    private static List<(SeenFrame Frame, uint Flags)> ReadWithFlags(string path)
    {
        // Reads what it knows this library to write: fixed blocks with one option, in front of the block's second length.
        var seen = new List<(SeenFrame, uint)>();
        byte[] file = File.ReadAllBytes(path);
        for (int at = 0; at < file.Length;)
        {
            int length = BitConverter.ToInt32(file, at + 4);
            if (BitConverter.ToInt32(file, at) == 6)
            {
                byte[] bytes = file[(at + 28)..(at + 28 + BitConverter.ToInt32(file, at + 20))];
                long time = ((long)BitConverter.ToUInt32(file, at + 12) << 32) | BitConverter.ToUInt32(file, at + 16);
                Assert.Equal(0x0004_0002u, BitConverter.ToUInt32(file, at + length - 16));
                seen.Add((new SeenFrame(bytes, time), BitConverter.ToUInt32(file, at + length - 12)));
            }

            at += length;
        }

        return seen;
    }
}
