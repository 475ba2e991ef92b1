using System.Buffers;
using System.IO.Pipelines;
using Xunit;

namespace PollMode.Tests.Pipelines;

public sealed class MempoolMemoryPoolTests
{
    [Fact]
    public void Memory_is_a_whole_buffer_and_comes_back_from_any_thread()
    {
        using var arena = new TestArena();
        using var memory = new MempoolMemoryPool(arena.Pool);
        IMemoryOwner<byte>[] owners = [.. Enumerable.Range(0, 100).Select(_ => memory.Rent(1))];
        Assert.All(owners, owner => Assert.Equal(memory.MaxBufferSize, owner.Memory.Length));
        for (int i = 0; i < owners.Length; i++)
        {
            owners[i].Memory.Span.Fill((byte)i);
        }

        for (int i = 0; i < owners.Length; i++)
        {
            Assert.Equal(-1, owners[i].Memory.Span.IndexOfAnyExcept((byte)i));
        }

        Assert.Equal(100, memory.Statistics.InFlight);
        Parallel.ForEach(owners, owner =>
        {
            owner.Dispose();
            owner.Dispose();
        });
        Assert.Equal((0, 100, 0), (memory.Statistics.InFlight, memory.Statistics.Ring, memory.HeapRents));
    }

    [Fact]
    public void An_exhausted_pool_gives_heap_memory_and_counts_it()
    {
        using var arena = new TestArena();
        using var memory = new MempoolMemoryPool(arena.Pool);
        int capacity = memory.Statistics.Capacity;
        List<IMemoryOwner<byte>> owners = [.. Enumerable.Range(0, capacity + 3).Select(_ => memory.Rent())];
        Assert.Equal((capacity, 3), (memory.Statistics.InFlight, memory.HeapRents));
        Assert.True(owners[^1].Memory.Length >= memory.MaxBufferSize);
        owners.ForEach(owner => owner.Dispose());
        using IMemoryOwner<byte> again = memory.Rent();
        Assert.Equal((1, 3), (memory.Statistics.InFlight, memory.HeapRents));
    }

    [Fact]
    public void More_than_a_buffer_is_refused()
    {
        using var arena = new TestArena();
        using var memory = new MempoolMemoryPool(arena.Pool);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Rent(memory.MaxBufferSize + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Rent(-2));
    }

    [Fact]
    public void Memory_that_is_out_when_the_pool_is_disposed_stays_valid_and_then_frees_it()
    {
        using var arena = new TestArena();
        var memory = new MempoolMemoryPool(arena.Pool);
        IMemoryOwner<byte> owner = memory.Rent();
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.Rent());
        owner.Memory.Span.Fill(1);
        Assert.Equal(MempoolState.Draining, arena.Pool.State);
        owner.Dispose();
        Assert.True(arena.Pool.WaitUntilFreed(TimeSpan.FromMinutes(5)));
        Assert.Throws<ObjectDisposedException>(() => owner.Memory);
    }

    [Fact]
    public async Task A_pipe_over_it_carries_every_byte_and_gives_everything_back()
    {
        using var arena = new TestArena();
        using var memory = new MempoolMemoryPool(arena.Pool);
        var pipe = new Pipe(new PipeOptions(memory, useSynchronizationContext: false));
        byte[] sent = new byte[5_000_000];
        new Random(1).NextBytes(sent);
        Task writing = Task.Run(
            async () =>
            {
                for (int at = 0; at < sent.Length; at += 7919)
                {
                    await pipe.Writer.WriteAsync(sent.AsMemory(at, Math.Min(7919, sent.Length - at)), TestContext.Current.CancellationToken);
                }

                await pipe.Writer.CompleteAsync();
            },
            TestContext.Current.CancellationToken);
        using var received = new MemoryStream();
        await pipe.Reader.CopyToAsync(received, TestContext.Current.CancellationToken);
        await writing;
        await pipe.Reader.CompleteAsync();
        Assert.True(sent.AsSpan().SequenceEqual(received.ToArray()));
        Assert.Equal((0, 0), (memory.Statistics.InFlight, memory.HeapRents));
    }

    [Fact]
    public async Task A_taps_pipe_over_small_buffers_carries_frames_that_cross_them()
    {
        using var arena = new TestArena(bufferBytes: 256);
        using var memory = new MempoolMemoryPool(arena.Pool);
        using var tap = new PacketTap();
        using var bench = new TapBench(tap);
        PipeReader reader = tap.OpenReader(memory);
        bench.Start();
        bench.Offer(64);
        bench.Finish();
        uint expected = 0;
        bool hasCrossed = false;
        while (true)
        {
            ReadResult result = await reader.ReadAsync(TestContext.Current.CancellationToken);
            ReadOnlySequence<byte> buffer = result.Buffer;
            hasCrossed |= !buffer.IsSingleSegment;
            while (TapFrame.TryRead(ref buffer, out TapFrame frame))
            {
                Assert.Equal((expected++, TapBench.FrameBytes), (TapBench.NumberOf(frame.Bytes.ToArray()), frame.Length));
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        await reader.CompleteAsync();
        Assert.True(hasCrossed);
        Assert.Equal((64u, 0, 0), (expected, memory.Statistics.InFlight, memory.HeapRents));
    }

    [Fact]
    public void Many_threads_rent_and_return_at_once_and_no_buffer_is_given_twice()
    {
        using var arena = new TestArena();
        using var memory = new MempoolMemoryPool(arena.Pool);
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            for (int i = 0; i < 5000; i++)
            {
                using IMemoryOwner<byte> owner = memory.Rent();
                Span<byte> span = owner.Memory.Span[..32];
                span.Fill((byte)thread);
                if (i % 64 == 0)
                {
                    Thread.Yield();
                }

                Assert.Equal(-1, span.IndexOfAnyExcept((byte)thread));
            }
        });
        Assert.Equal((0, 0), (memory.Statistics.InFlight, memory.HeapRents));
    }

    private sealed class TestArena : IDisposable
    {
        private readonly Arena _arena;

        internal TestArena(int bufferBytes = 2048)
        {
            _arena = new Arena(new ArenaOptions { LargestPages = PageKind.Small4KiB, BufferBytes = bufferBytes, HeadroomBytes = 0, LimitBytes = Arena.SlabBytes });
            Pool = new Mempool(_arena, new MempoolOptions { Buffers = 100, CacheCapacity = 8192 });
        }

        internal Mempool Pool { get; }

        public void Dispose()
        {
            Pool.Dispose();
            _arena.DisposeWhenEmpty();
        }
    }
}
