using Xunit;
using static PollMode.Drivers.Software.Tests.Pcap.CaptureFiles;

namespace PollMode.Drivers.Software.Tests.Pcap;

public sealed class CaptureWriteTests
{
    [Theory]
    [InlineData("mixed-ns.pcap", "out.pcap")]
    [InlineData("mixed-ns.pcap", "out.pcapng")]
    [InlineData("mixed.pcapng", "out.pcap")]
    [InlineData("mixed.pcapng", "out.PCAPNG")]
    [InlineData("mixed.pcap", "out")]
    public void What_is_written_reads_back_the_same(string from, string to)
    {
        using var scratch = new Scratch();
        using (var bench = new PcapBench())
        {
            IPort port = bench.Open($"pcap:{Recorded(from)},tx={scratch[to]},buffer=8388608");
            ITxQueue tx = port.OpenTxQueue(0, bench.Pool);
            Assert.Equal(MixedFrames, bench.Forward(port.OpenRxQueue(0, bench.Pool), tx));
            Assert.Equal((MixedFrames, 2_619_700L, 0L), (tx.Counters.Packets, tx.Counters.Bytes, tx.Counters.Dropped));
            port.Dispose();
            Assert.Equal(MixedFrames, PcapBench.Counter(port, "written"));
            Assert.Equal(0, PcapBench.Counter(port, "write_errors"));
        }

        Assert.Equal(PcapBench.ReadAll(Recorded(from)), PcapBench.ReadAll(scratch[to]));
        byte first = File.ReadAllBytes(scratch[to])[0];
        Assert.Equal(to.EndsWith("ng", StringComparison.OrdinalIgnoreCase) ? 0x0A : 0x4D, first);
    }

    [Theory]
    [InlineData("x.pcap")]
    [InlineData("x.pcapng")]
    public void A_snap_length_cuts_frames_and_keeps_their_length(string name)
    {
        using var scratch = new Scratch();
        using var bench = new PcapBench();
        IPort port = bench.Open($"pcap:,tx={scratch[name]},snaplen=61");
        ITxQueue tx = port.OpenTxQueue(0, bench.Pool);
        Packet chain = bench.Make(Frame(1, 40), 5);
        chain.AppendSegments(bench.Make(Frame(2, 1000)));
        Assert.Equal(2, tx.Send([chain, bench.Make(Frame(3, 30), 6)]));
        port.Dispose();

        using var reader = new CaptureReaderHarness(scratch[name], 1, long.MaxValue, 0);
        Assert.Equal(1040, reader.Reader.Frame.OriginalLength);
        Assert.Equal([new SeenFrame([.. Frame(1, 40), .. Frame(2, 21)], 5), new SeenFrame(Frame(3, 30), 6)], reader.ReadAll());
    }

    [Fact]
    public void A_packet_without_a_time_gets_the_time_of_sending()
    {
        var clock = new StoppedClock();
        using var scratch = new Scratch();
        using (var bench = new PcapBench(time: clock))
        {
            IPort port = bench.Open($"pcap:,tx={scratch["x.pcap"]}");
            ITxQueue tx = port.OpenTxQueue(0, bench.Pool);
            tx.Send([bench.Make(Frame(1)), bench.Make(Frame(2), 42)]);
            clock.Nanoseconds += 1_000;
            tx.Send([bench.Make(Frame(3))]);
        }

        Assert.Equal([StoppedClock.Start, 42L, StoppedClock.Start + 1000], PcapBench.ReadAll(scratch["x.pcap"]).Select(frame => frame.Timestamp));
    }

    [Fact]
    public void A_capture_of_nothing_is_a_capture()
    {
        using var scratch = new Scratch();
        using (var bench = new PcapBench())
        {
            bench.Open($"pcap:,tx={scratch["x.pcapng"]}").OpenTxQueue(0, bench.Pool);
        }

        Assert.Empty(PcapBench.ReadAll(scratch["x.pcapng"]));
    }

    [Fact]
    public void Queues_of_several_threads_write_one_file_without_loss()
    {
        const int Queues = 3;
        const int Frames = 20_000;
        using var scratch = new Scratch();
        using var arena = new Arena(new ArenaOptions { LargestPages = PageKind.Small4KiB, LimitBytes = Queues * (long)Arena.SlabBytes });
        using IPort port = new PcapDriver().Open(
            PortSpec.Parse($"pcap:,tx={scratch["x.pcapng"]},full=wait,buffer=1048576"), new PortContext { PortIndex = 0, Arena = arena });
        Mempool[] pools = [.. Enumerable.Range(0, Queues).Select(i => new Mempool(arena, new MempoolOptions { Buffers = arena.BuffersPerSlab }))];
        ITxQueue[] queues = [.. pools.Select((pool, i) => port.OpenTxQueue(i, pool))];
        Thread[] threads = [.. Enumerable.Range(0, Queues).Select(i => new Thread(() => SendNumbers(pools[i], queues[i], i, Frames)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        port.Dispose();

        Assert.All(queues, queue => Assert.False(queue.Service()));
        Assert.All(pools, pool => Assert.Equal(0, pool.InFlight));
        Array.ForEach(pools, pool => pool.Dispose());
        List<SeenFrame> seen = PcapBench.ReadAll(scratch["x.pcapng"]);
        Assert.Equal(Queues * Frames, seen.Count);
        for (int i = 0; i < Queues; i++)
        {
            // Each queue's frames, in its order.
            Assert.Equal(Enumerable.Range(0, Frames).Select(n => (long?)n), seen.Where(frame => frame.Bytes[0] == i).Select(frame => frame.Timestamp));
        }
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("drop")]
    public async Task A_slow_file_costs_what_was_declared_and_nothing_else(string full)
    {
        // A pipe that nobody reads is the slowest file there is.
        using var scratch = new Scratch();
        Assert.SkipUnless(NamedPipe.TryMake(scratch["pipe"]), "mkfifo is missing");
        using FileStream reading = new(scratch["pipe"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        using var bench = new PcapBench();
        IPort port = bench.Open($"pcap:,tx={scratch["pipe"]},buffer=1048576,full={full}");
        ITxQueue tx = port.OpenTxQueue(0, bench.Pool);
        long offered = 0;
        long taken = 0;
        for (int i = 0; i < 100; i++)
        {
            Packet[] packets = [.. Enumerable.Range(0, 64).Select(n => bench.Make(Frame(n, 1000), n))];
            int sent = tx.Send(packets);
            offered += packets.Length;
            taken += sent;
            bench.Pool.Return(packets.AsSpan(sent));
        }

        Assert.Equal(taken, tx.Counters.Packets);
        Assert.Equal(tx.Counters.Dropped, PcapBench.Counter(port, "dropped_backpressure"));
        Assert.True(tx.Service());
        if (full == "wait")
        {
            Assert.InRange(taken, 900, 1300);
            Assert.Equal(0, tx.Counters.Dropped);
        }
        else
        {
            Assert.Equal(offered, taken);
            Assert.InRange(taken - tx.Counters.Dropped, 900, 1300);
        }

        // Somebody reads at last: everything that was accepted comes out.
        long accepted = taken - tx.Counters.Dropped;
        var content = new byte[PcapFormat.HeaderBytes + (accepted * 1016)];
        Task read = Task.Run(() => reading.ReadExactly(content), TestContext.Current.CancellationToken);
        port.Dispose();
        await read.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(accepted, PcapBench.Counter(port, "written"));
        Assert.Equal(accepted, PcapBench.ReadAll(scratch.Write("copy.pcap", content)).Count);
    }

    [Fact]
    public void A_full_disk_costs_counted_frames_and_never_the_worker()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "/dev/full is missing");
        using var bench = new PcapBench();
        IPort port = bench.Open("pcap:,tx=/dev/full,buffer=1048576");
        ITxQueue tx = port.OpenTxQueue(0, bench.Pool);
        long sent = 0;
        while (PcapBench.Counter(port, "write_errors") < 5000)
        {
            for (int i = 0; i < 64; i++)
            {
                sent += tx.Send([bench.Make(Frame(i, 500))]);
            }

            Thread.Yield();
        }

        Assert.Equal(0, bench.Pool.InFlight);
        port.Dispose();
        string message = Assert.Single(port.Faults);
        Assert.Contains("No space left", message, StringComparison.Ordinal);
        Assert.Contains(port.Report, line => line == message);
        Assert.Equal(0, PcapBench.Counter(port, "written"));
        Assert.Equal(sent, tx.Counters.Packets);
        Assert.Equal(sent, PcapBench.Counter(port, "write_errors") + PcapBench.Counter(port, "dropped_backpressure"));
        Assert.Equal(sent, tx.Counters.Dropped);
    }

    [Fact]
    public void A_disk_that_fills_up_leaves_a_capture_that_ends_with_a_whole_frame()
    {
        using var disk = SmallDisk.TryMount(megabytes: 3);
        Assert.SkipUnless(disk != null, "a tmpfs of its own cannot be mounted (needs root)");
        using var bench = new PcapBench();
        IPort port = bench.Open($"pcap:,tx={disk["x.pcapng"]},buffer=1048576,full=wait");
        ITxQueue tx = port.OpenTxQueue(0, bench.Pool);
        int sent = 0;
        while (PcapBench.Counter(port, "write_errors") == 0)
        {
            Packet packet = bench.Make(Frame(sent & 0xFF, 1000), sent);
            if (tx.Send([packet]) == 0)
            {
                packet.Free();
                Thread.Yield();
                continue;
            }

            sent++;
        }

        port.Dispose();
        Assert.Single(port.Faults);
        long written = PcapBench.Counter(port, "written");
        Assert.Equal(sent, written + PcapBench.Counter(port, "write_errors"));
        Assert.Equal(sent - written, tx.Counters.Dropped);
        using var reader = new CaptureReaderHarness(disk["x.pcapng"], 1, long.MaxValue, 0);
        List<SeenFrame> seen = reader.ReadAll();
        Assert.Equal(CaptureFaultKind.None, reader.Reader.Fault);
        Assert.Equal(written, seen.Count);
        Assert.True(seen.Count > 1000);
    }

    [Fact]
    public void Receiving_and_sending_allocate_nothing()
    {
        using var scratch = new Scratch();
        using var bench = new PcapBench();
        IPort port = bench.Open($"capture:file={scratch["c.pcapng"]},buffer=1048576,snaplen=64+pcap:{Recorded("mixed.pcapng")},tx={scratch["x.pcapng"]},loop=0,buffer=1048576,snaplen=64");
        IRxQueue rx = port.OpenRxQueue(0, bench.Pool);
        ITxQueue tx = port.OpenTxQueue(0, bench.Pool);
        var packets = new Packet[64];
        long before = 0;
        long moved = 0;
        long received = 0;
        while (moved < 400_000)
        {
            if (moved is > 50_000 && before == 0)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            int count = rx.Receive(packets);
            int sent = tx.Send(packets.AsSpan(0, count));
            tx.Service();
            moved += sent;
            received += count;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(received, moved);
        Assert.Equal(0, bench.Pool.InFlight);
        port.Dispose();
        Assert.Equal(moved, PcapBench.Counter(port, "written") + PcapBench.Counter(port, "dropped_backpressure"));
        Assert.Equal(2 * moved, PcapBench.Counter(port, "capture_written") + PcapBench.Counter(port, "capture_dropped"));
    }

    private static void SendNumbers(Mempool pool, ITxQueue queue, int queueNumber, int frames)
    {
        pool.BindOwner();
        var burst = new Packet[32];
        for (int next = 0; next < frames;)
        {
            int count = pool.Rent(burst.AsSpan(0, Math.Min(32, frames - next)));
            for (int i = 0; i < count; i++)
            {
                burst[i].TryWrite(Frame(0, 20 + ((next + i) % 300)));
                burst[i].Span[0] = (byte)queueNumber;
                burst[i].TimestampNanoseconds = next + i;
            }

            int sent = queue.Send(burst.AsSpan(0, count));
            pool.Return(burst.AsSpan(sent, count - sent));
            next += sent;
            if (sent == 0)
            {
                Thread.Yield();
            }
        }

    }
}
