using Xunit;

namespace PollMode.Tests.Stages.Shipped;

/// <summary>A stage's surroundings without a worker: an arena, a pool and a burst space. Knows at the end whether every buffer came home.</summary>
internal sealed class StageBench : IDisposable
{
    private readonly Arena _arena;
    private readonly BurstSpace _space;
    private RxBinding? _binding;

    internal StageBench(int burstSize = 64, int bufferBytes = 2048)
    {
        _arena = new Arena(new ArenaOptions
        {
            LimitBytes = Arena.SlabBytes,
            BufferBytes = bufferBytes,
            LargestPages = PageKind.Small4KiB,
        });
        Pool = new Mempool(_arena, new MempoolOptions { Name = "stages", Buffers = _arena.BuffersPerSlab, CacheCapacity = Math.Max(1024, _arena.BuffersPerSlab) });
        _space = new BurstSpace(Pool, burstSize);
    }

    internal delegate void BurstAction(ref Burst burst);

    internal Mempool Pool { get; }

    public void Dispose()
    {
        Pool.Dispose();
        _arena.Dispose();
        _space.Dispose();
    }

    internal long Dropped(DropReason reason)
    {
        unsafe
        {
            return _space.DropCounts[reason.Index];
        }
    }

    internal Packet Frame(ReadOnlySpan<byte> bytes)
    {
        Assert.True(Pool.TryRent(out Packet packet));
        Assert.True(packet.TryWrite(bytes));
        return packet;
    }

    /// <summary>Puts packets through a stage, settles, shows what is left, and frees it.</summary>
    internal void Run(IStage stage, ReadOnlySpan<Packet> packets, BurstAction? look = null, int rxPort = 0, int egress = 1)
    {
        packets.CopyTo(_space.Packets);
        var burst = new Burst(_space);
        burst.Begin(_space.Packets[..packets.Length], BindingOf(rxPort, egress), BurstChanges.Underway);
        stage.Process(ref burst);
        burst.Settle();
        look?.Invoke(ref burst);
        Pool.Return(burst.Packets);
    }

    /// <summary>Puts frames through a stage and gives back those that are left.</summary>
    internal List<byte[]> Run(IStage stage, params IEnumerable<byte[]> frames)
    {
        var left = new List<byte[]>();
        Run(stage, [.. frames.Select(frame => Frame(frame))], (ref burst) =>
        {
            foreach (Packet packet in burst.Packets)
            {
                var bytes = new byte[packet.TotalLength];
                packet.CopyTo(bytes);
                left.Add(bytes);
            }
        });
        return left;
    }

    internal void AssertHome() => Assert.Equal(0, Pool.InFlight);

    /// <summary>Made once while the ports stay the same, so that what a stage allocates can be measured.</summary>
    private RxBinding BindingOf(int rxPort, int egress)
    {
        if (_binding is null || _binding.Port != rxPort || _binding.Egress != egress)
        {
            _binding = new RxBinding(new FakeRxQueue(rxPort, 0, 0, Pool), rxPort, egress, null, new RxRate(0));
        }

        return _binding;
    }
}
