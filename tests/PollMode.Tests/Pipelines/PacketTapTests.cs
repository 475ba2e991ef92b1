using System.Buffers;
using System.IO.Pipelines;
using Xunit;

namespace PollMode.Tests.Pipelines;

public sealed class PacketTapTests
{
    [Fact]
    public async Task Frames_reach_the_pipe_in_order_with_what_is_known_about_them()
    {
        using var tap = new PacketTap();
        using var bench = new TapBench(tap);
        PipeReader reader = tap.OpenReader();
        bench.Start();
        for (int i = 0; i < 10; i++)
        {
            bench.Offer(64);
        }

        Task<List<(uint Number, TapFrame Frame)>> reading = ReadAsync(reader);
        bench.Finish();
        List<(uint Number, TapFrame Frame)> frames = await reading;
        Assert.Equal(Enumerable.Range(0, 640).Select(number => (uint)number), frames.Select(frame => frame.Number));
        Assert.All(frames, frame => Assert.Equal(
            (7, PacketFlags.HasTimestamp, 1_000_000 + frame.Number),
            (frame.Frame.Port, frame.Frame.Flags, frame.Frame.TimestampNanoseconds)));
        Assert.Equal((640, 640, 0, 0), (tap.Offered, tap.Delivered, tap.Dropped, tap.Waiting));
        Assert.Equal((0, 0), (bench.Passed, bench.Pool.InFlight));
    }

    [Theory]
    [InlineData(TapBackPressure.DropNewest, 0)]
    [InlineData(TapBackPressure.DropOldest, 12)]
    public async Task A_ring_that_is_full_keeps_the_first_or_the_last(TapBackPressure backPressure, int firstKept)
    {
        using var tap = new PacketTap(new PacketTapOptions { BackPressure = backPressure, RingPackets = 8 });
        using var bench = new TapBench(tap);
        bench.Start();
        for (int i = 0; i < 5; i++)
        {
            bench.Offer(4);
        }

        Assert.Equal((20, 12, 8), (tap.Offered, tap.Dropped, tap.Waiting));
        Assert.Equal((12, 8), (bench.Dropped(DropReason.TapFull), bench.Pool.InFlight));
        var numbers = new List<uint>();
        await foreach (DetachedPacket packet in tap.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            numbers.Add(TapBench.NumberOf(packet.Memory.Span));
            packet.Dispose();
            if (numbers.Count == 8)
            {
                break;
            }
        }

        Assert.Equal(Enumerable.Range(firstKept, 8).Select(number => (uint)number), numbers);
        Assert.Equal((8, 12, 0, 0), (tap.Delivered, tap.Dropped, tap.Waiting, bench.Pool.InFlight));
    }

    [Theory]
    [InlineData(TapBackPressure.DropNewest)]
    [InlineData(TapBackPressure.DropOldest)]
    public void A_burst_that_is_larger_than_the_ring_loses_its_end(TapBackPressure backPressure)
    {
        using var tap = new PacketTap(new PacketTapOptions { BackPressure = backPressure, RingPackets = 8 });
        using var bench = new TapBench(tap);
        bench.Start();
        bench.Offer(20);
        Assert.Equal((20, 12, 8), (tap.Offered, tap.Dropped, tap.Waiting));
        bench.Finish();
        Assert.Equal((20, 0, 0), (tap.Dropped, tap.Waiting, bench.Pool.InFlight));
    }

    [Fact]
    public async Task Waiting_for_room_loses_nothing()
    {
        using var tap = new PacketTap(new PacketTapOptions { BackPressure = TapBackPressure.Wait, RingPackets = 32, PipeBytes = 2000, LongestWait = TimeSpan.FromMinutes(5) });
        using var bench = new TapBench(tap);
        Task<List<(uint Number, TapFrame Frame)>> reading = ReadAsync(tap.OpenReader());
        bench.Start();
        for (int i = 0; i < 100; i++)
        {
            bench.Offer(32);
        }

        await TapBench.Until(() => tap.Waiting == 0);
        bench.Finish();
        Assert.Equal(3200, (await reading).Count);
        Assert.Equal((3200, 3200, 0), (tap.Offered, tap.Delivered, tap.Dropped));
    }

    [Fact]
    public void Waiting_for_room_that_never_comes_ends()
    {
        using var tap = new PacketTap(new PacketTapOptions { BackPressure = TapBackPressure.Wait, RingPackets = 8, LongestWait = TimeSpan.FromMilliseconds(1) });
        using var bench = new TapBench(tap);
        bench.Start();
        bench.Offer(8);
        bench.Offer(8);
        Assert.Equal((16, 8, 8), (tap.Offered, tap.Dropped, tap.Waiting));
    }

    [Fact]
    public async Task A_reader_that_stalls_pauses_the_pipe_and_costs_counted_drops_only()
    {
        using var tap = new PacketTap(new PacketTapOptions { RingPackets = 64, PipeBytes = 1000 });
        using var bench = new TapBench(tap);
        PipeReader reader = tap.OpenReader();
        bench.Start();
        while (tap.Dropped == 0)
        {
            bench.Offer(16);
        }

        Assert.Equal(tap.Dropped, bench.Dropped(DropReason.TapFull));
        Assert.True(bench.Pool.InFlight <= 64 + 64);
        Task<List<(uint Number, TapFrame Frame)>> reading = ReadAsync(reader);
        await TapBench.Until(() => tap.Waiting == 0);
        bench.Finish();
        List<(uint Number, TapFrame Frame)> frames = await reading;
        Assert.Equal(tap.Offered, frames.Count + tap.Dropped);
        Assert.Equal(frames.Count, frames.Select(frame => frame.Number).Distinct().Count());
        Assert.Equal(0, bench.Pool.InFlight);
    }

    [Fact]
    public async Task Shared_packets_go_on_and_come_home_from_the_readers_thread()
    {
        using var tap = new PacketTap(new PacketTapOptions { Mode = TapMode.Share });
        using var bench = new TapBench(tap);
        bench.Start();
        bench.Offer(10);
        Assert.Equal((10, 10), (bench.Passed, bench.Pool.InFlight));
        await Task.Run(
            async () =>
            {
                int count = 0;
                await foreach (DetachedPacket packet in tap.ReadAllAsync(TestContext.Current.CancellationToken))
                {
                    Assert.Equal(1, packet.Packet.ReferenceCount);
                    packet.Dispose();
                    if (++count == 10)
                    {
                        break;
                    }
                }
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(0, bench.Pool.InFlight);
    }

    [Fact]
    public async Task Copies_do_not_change_when_the_packet_does()
    {
        using var tap = new PacketTap(new PacketTapOptions { Mode = TapMode.Copy });
        using var bench = new TapBench(tap);
        Task<List<(uint Number, TapFrame Frame)>> reading = ReadAsync(tap.OpenReader());
        bench.Start();
        bench.Offer(30, edit: true);
        bench.Finish();
        List<(uint Number, TapFrame Frame)> frames = await reading;
        Assert.Equal(Enumerable.Range(0, 30).Select(number => (uint)number), frames.Select(frame => frame.Number));
        Assert.All(frames, frame => Assert.Equal(1_000_000 + frame.Number, frame.Frame.TimestampNanoseconds));
        Assert.Equal((30, 0), (bench.Passed, bench.Pool.InFlight));
    }

    [Fact]
    public async Task A_reader_that_leaves_closes_the_tap_and_its_packets_are_freed()
    {
        using var tap = new PacketTap();
        using var bench = new TapBench(tap);
        PipeReader reader = tap.OpenReader();
        await reader.CompleteAsync();
        bench.Start();
        while (!tap.IsClosed)
        {
            bench.Offer(8);
            await Task.Yield();
        }

        bench.Start();
        bench.Offer(8);
        bench.Finish();
        Assert.Equal(tap.Offered, tap.Delivered + tap.Dropped);
        Assert.Equal((0, 0), (tap.Waiting, bench.Pool.InFlight));
    }

    [Fact]
    public void A_tap_that_nobody_reads_is_emptied_when_its_worker_ends()
    {
        using var tap = new PacketTap();
        using var bench = new TapBench(tap);
        bench.Start();
        bench.Offer(64);
        Assert.Equal(64, bench.Pool.InFlight);
        bench.Finish();
        Assert.Equal((64, 0, 0), (tap.Dropped, tap.Waiting, bench.Pool.InFlight));
        Assert.Equal(64, bench.Dropped(DropReason.Stopped));
    }

    [Fact]
    public void Disposing_a_tap_frees_what_is_in_it()
    {
        using var tap = new PacketTap();
        using var bench = new TapBench(tap);
        bench.Start();
        bench.Offer(64);
        tap.Dispose();
        Assert.Equal((64, 0, 0), (tap.Dropped, tap.Waiting, bench.Pool.InFlight));
    }

    [Fact]
    public async Task Disposing_a_tap_ends_its_reader()
    {
        using var tap = new PacketTap();
        using var bench = new TapBench(tap);
        Task<List<(uint Number, TapFrame Frame)>> reading = ReadAsync(tap.OpenReader());
        bench.Start();
        tap.Dispose();
        await reading.WaitAsync(TestContext.Current.CancellationToken);
        bench.Offer(5);
        Assert.Equal((5, 5, 0), (tap.Offered, tap.Dropped, bench.Pool.InFlight));
    }

    [Fact]
    public void A_second_reader_is_refused()
    {
        using var tap = new PacketTap();
        tap.OpenReader();
        Assert.Contains("second tap", Assert.Throws<InvalidOperationException>(() => tap.OpenReader()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused_with_a_sentence()
    {
        PollModeException fault = Assert.Throws<PollModeException>(() => new PacketTap(new PacketTapOptions { RingPackets = 0 }));
        Assert.Equal("The tap's RingPackets is 0; choose from 1 to 1048576.", fault.Message);
    }

    [Theory]
    [InlineData(TapMode.Take, TapBackPressure.DropNewest)]
    [InlineData(TapMode.Take, TapBackPressure.DropOldest)]
    [InlineData(TapMode.Share, TapBackPressure.DropOldest)]
    [InlineData(TapMode.Copy, TapBackPressure.DropNewest)]
    public async Task The_poll_thread_allocates_nothing(TapMode mode, TapBackPressure backPressure)
    {
        using var tap = new PacketTap(new PacketTapOptions { Mode = mode, BackPressure = backPressure, RingPackets = 256 });
        using var bench = new TapBench(tap);
        Task<long> reading = CountAsync(tap.OpenReader());
        long allocated = -1;
        var worker = new Thread(() =>
        {
            bench.Start();
            for (int i = 0; i < 1000; i++)
            {
                bench.Offer(64);
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20_000; i++)
            {
                bench.Offer(64);
                if (i % 64 == 0)
                {
                    Thread.Yield();
                }
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            bench.Finish();
        });
        worker.Start();
        long read = await reading;
        worker.Join();
        Assert.Equal(0, allocated);
        Assert.Equal(tap.Offered, bench.Next);
        Assert.Equal((tap.Delivered, tap.Offered), (read, tap.Delivered + tap.Dropped));
        Assert.Equal(0, bench.Pool.InFlight);
    }

    [Theory]
    [InlineData(TapBackPressure.DropNewest)]
    [InlineData(TapBackPressure.DropOldest)]
    public async Task Two_workers_under_pressure_lose_only_what_is_counted(TapBackPressure backPressure)
    {
        using var tap = new PacketTap(new PacketTapOptions { BackPressure = backPressure, RingPackets = 64 });
        using var left = new TapBench(tap);
        using var right = new TapBench(tap);
        Thread[] workers = [.. new[] { left, right }.Select(bench => new Thread(() =>
        {
            bench.Start();
            for (int i = 0; i < 20_000; i++)
            {
                bench.Offer(1 + (i % 64));
                if (i % 16 == 0)
                {
                    Thread.Yield();
                }
            }

            bench.Finish();
        }))];
        Array.ForEach(workers, worker => worker.Start());

        // What the reader holds while the workers go on must stay as it was: a packet that was given twice would change.
        long read = 0;
        var last = new Dictionary<Mempool, long> { [left.Pool] = -1, [right.Pool] = -1 };
        await foreach (DetachedPacket packet in tap.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            uint number = TapBench.NumberOf(packet.Memory.Span);
            if (++read % 32 == 0)
            {
                await Task.Yield();
            }

            Assert.Equal(number, TapBench.NumberOf(packet.Memory.Span));
            Assert.True(number > last[packet.Packet.Pool]);
            last[packet.Packet.Pool] = number;
            packet.Dispose();
        }

        Array.ForEach(workers, worker => worker.Join());
        Assert.Equal(left.Next + right.Next, tap.Offered);
        Assert.Equal((read, tap.Offered), (tap.Delivered, tap.Delivered + tap.Dropped));
        Assert.Equal((0, 0, 0), (tap.Waiting, left.Pool.InFlight, right.Pool.InFlight));
    }

    private static async Task<long> CountAsync(PipeReader reader)
    {
        long count = 0;
        while (true)
        {
            ReadResult result = await reader.ReadAsync(TestContext.Current.CancellationToken);
            ReadOnlySequence<byte> buffer = result.Buffer;
            while (TapFrame.TryRead(ref buffer, out TapFrame frame))
            {
                Assert.Equal(TapBench.FrameBytes, frame.Length);
                count++;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                await reader.CompleteAsync();
                return count;
            }
        }
    }

    private static async Task<List<(uint Number, TapFrame Frame)>> ReadAsync(PipeReader reader)
    {
        var frames = new List<(uint, TapFrame)>();
        while (true)
        {
            ReadResult result = await reader.ReadAsync(TestContext.Current.CancellationToken);
            ReadOnlySequence<byte> buffer = result.Buffer;
            while (TapFrame.TryRead(ref buffer, out TapFrame frame))
            {
                frames.Add((TapBench.NumberOf(frame.Bytes.ToArray()), frame));
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                Assert.Equal(0, buffer.Length);
                await reader.CompleteAsync();
                return frames;
            }
        }
    }
}
