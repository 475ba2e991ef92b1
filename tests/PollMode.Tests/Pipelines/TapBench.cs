using System.Buffers.Binary;
using Xunit;

namespace PollMode.Tests.Pipelines;

/// <summary>A worker's part without the worker: a pool, and bursts of numbered packets that go through a tap's stage on the calling thread.</summary>
internal sealed class TapBench : IDisposable
{
    internal const int FrameBytes = 60;

    private readonly Arena _arena;
    private readonly BurstSpace _space;
    private readonly IStage _stage;
    private readonly RxBinding _binding;
    private uint _next;

    internal TapBench(PacketTap tap, int bufferBytes = 2048)
    {
        _arena = new Arena(new ArenaOptions { LargestPages = PageKind.Small4KiB, BufferBytes = bufferBytes, HeadroomBytes = 64, LimitBytes = 4 * Arena.SlabBytes });
        Pool = new Mempool(_arena, new MempoolOptions { Buffers = 1024, CacheCapacity = 8192 });
        _space = new BurstSpace(Pool, 64);
        _stage = tap.CreateStage();
        _binding = new RxBinding(new FakeRxQueue(7, 0, 0, Pool), 7, 0, null, new RxRate(0));
    }

    internal Mempool Pool { get; }

    /// <summary>Packets that came out behind the stage.</summary>
    internal long Passed { get; private set; }

    internal uint Next => _next;

    public void Dispose()
    {
        Pool.Dispose();
        _arena.DisposeWhenEmpty();
        _space.Dispose();
    }

    internal static uint NumberOf(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt32LittleEndian(frame);

    internal long Dropped(DropReason reason)
    {
        unsafe
        {
            return _space.DropCounts[reason.Index];
        }
    }

    /// <summary>The calling thread becomes the worker's.</summary>
    internal void Start()
    {
        Pool.BindOwner();
        _stage.Start(new StageContext { WorkerIndex = 0, Pool = Pool, Ports = [], Space = _space });
    }

    internal void Finish() => _stage.Finish();

    /// <summary>Sends a burst through the stage; fewer packets when the pool has no more.</summary>
    /// <param name="count">How many packets, up to 64.</param>
    /// <param name="edit">Whether what comes out behind the stage is overwritten.</param>
    /// <returns>How many went in.</returns>
    internal int Offer(int count, bool edit = false)
    {
        // A test that awaits goes on on another thread.
        Pool.BindOwner();
        count = Pool.Rent(_space.Packets[..count]);
        for (int i = 0; i < count; i++)
        {
            Packet packet = _space.Packets[i];
            packet.SetFrame(64, 7, FrameBytes);
            packet.TimestampNanoseconds = 1_000_000 + _next;
            BinaryPrimitives.WriteUInt32LittleEndian(packet.Span, _next++);
        }

        var burst = new Burst(_space);
        burst.Begin(_space.Packets[..count], _binding, BurstChanges.Underway);
        _stage.Process(ref burst);
        burst.Settle();
        Passed += burst.Count;
        if (edit)
        {
            foreach (Packet packet in burst.Packets)
            {
                packet.Span.Fill(0xff);
            }
        }

        Pool.Return(burst.Packets);
        return count;
    }

    internal static async Task Until(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
