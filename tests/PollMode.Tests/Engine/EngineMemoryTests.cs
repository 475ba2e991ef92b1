using Xunit;

namespace PollMode.Tests;

/// <summary>Pools that grow and shrink under an engine.</summary>
public sealed class EngineMemoryTests
{
    private const int PerSlab = 1024;

    [Theory]
    [InlineData(IdleKind.Adaptive)]
    [InlineData(IdleKind.Blocking)]
    [InlineData(IdleKind.BusySpin)]
    public void What_a_worker_does_not_need_goes_back_while_it_rests(IdleKind idle)
    {
        using var test = new TestEngine(["fake:rx=14336"], Hoarding(most: 7 * PerSlab), options =>
        {
            options.BufferBytes = 2048;
            options.BufferLimitPerWorker = 8 * PerSlab;
            options.Idle = idle;
        });
        test.Engine.Open();
        test.Engine.Start();
        Assert.True(SpinWait.SpinUntil(() => test.Engine.Completion.IsCompleted, TestEngine.Long));
        Assert.InRange(test.Engine.Statistics.Pools[0].DirectInject, 6, 7);

        // Its sources have ended, and it turns a few thousand times a second, or a hundred.
        long turns = test.Engine.Statistics.Workers[0].Turns;
        Assert.True(SpinWait.SpinUntil(() => test.Engine.Statistics.Pools[0].Slabs <= 2, TestEngine.Long));
        turns = test.Engine.Statistics.Workers[0].Turns - turns;
        Assert.True(idle == IdleKind.BusySpin || turns < 4 * 4096, $"five slabs or more went in {turns} turns");
        Assert.Equal(MempoolState.Prefilled, test.Engine.Statistics.Pools[0].State);
        Assert.True(test.Engine.Stop(TestEngine.Long));
        Assert.Equal(0, test.Engine.Statistics.PoolInFlight);
    }

    [Fact]
    public void All_pools_together_grow_to_the_budget_and_no_further()
    {
        using var test = new TestEngine(["fake:rx=8000,rxq=2"], Hoarding(most: int.MaxValue), options =>
        {
            options.BufferBytes = 2048;
            options.Workers = 2;
            options.BufferLimitPerWorker = 8 * PerSlab;
            options.MemoryBudgetBytes = 5L * Arena.SlabBytes;
        });
        test.Engine.Open();
        test.Engine.Start();
        Assert.True(SpinWait.SpinUntil(() => Slabs(test) == 5 && test.Engine.Statistics.Pools.All(pool => pool.HeldBack > 1000), TestEngine.Long));
        Assert.Equal(5, Slabs(test));
        Assert.All(test.Engine.Statistics.Pools, pool => Assert.True(pool.Exhausted > 0));
        test.Engine.Stop(TestEngine.Long);
        Assert.Equal(0, test.Engine.Statistics.PoolInFlight);
    }

    private static int Slabs(TestEngine test) => test.Engine.Statistics.Pools.Sum(pool => pool.Slabs);

    /// <summary>Takes every packet, and frees them all when it has so many, and at the end.</summary>
    private static Action<PipelineBuilder> Hoarding(int most) => pipeline => pipeline.Use(() => new HoardingStage(most));

    private sealed class HoardingStage(int most) : IStage
    {
        private readonly List<Packet> _held = [];

        public void Process(ref Burst burst)
        {
            for (int i = 0; i < burst.Count; i++)
            {
                _held.Add(burst.Take(i));
            }

            if (_held.Count >= most)
            {
                Free();
            }
        }

        public void Finish() => Free();

        private void Free()
        {
            _held.ForEach(packet => packet.Free());
            _held.Clear();
        }
    }
}
