using CsCheck;
using Xunit;

namespace PollMode.Tests;

/// <summary>Stages that do anything at all with packets, stops at any moment: the books balance.</summary>
public sealed class ConservationTests
{
    [Fact]
    public void Packets_received_are_sent_dropped_or_held_whatever_stages_do_and_whenever_the_engine_stops() =>
        Gen.Select(Gen.Int[0, int.MaxValue - 1], Gen.Int[1, 3], Gen.Int[1, 4], Gen.Int[0, 30], Gen.Int[1, 256], Gen.Int[0, 2]).Sample(
            (seed, workers, queues, milliseconds, burst, policy) =>
            {
                var stages = new List<MischiefStage>();
                using var test = new TestEngine(
                    [$"fake:rx=-1,rxq={queues},txq=1,take=100", "null:rx=0", $"fake:rx=2000,txq={queues}"],
                    builder => builder
                        .Use(() => Added(stages, seed))
                        .Use(() => Added(stages, seed + 1)),
                    options =>
                    {
                        options.Workers = Math.Min(workers, queues + 1);
                        options.BurstSize = burst;
                        options.HandOffPackets = 64;
                        options.StageFaults = (StageFaultPolicy)policy;
                    });
                test.Engine.Open();
                foreach (FakeTxQueue queue in test.Driver.Opened.SelectMany(port => port.Transmit))
                {
                    queue.Remember = false;
                }

                test.Engine.Start();
                Thread.Sleep(milliseconds);
                test.Engine.Stop(TestEngine.Long);
                stages.ForEach(stage => stage.LetGo());
                test.Engine.Dispose();
                EngineStatistics end = test.Engine.Statistics;
                long added = stages.Sum(stage => stage.Cloned);
                long freed = stages.Sum(stage => stage.Freed);
                Assert.Equal(end.RxPackets + added, end.TxPackets + end.Dropped.Values.Sum() + freed);
                Assert.Equal((0L, 0), (end.PoolInFlight, test.Leaked));
                Assert.All(end.Pools, pool => Assert.Equal(pool.Capacity, pool.InCache + pool.InRing + pool.InBackup));
            },
            iter: 25,
            threads: 1);

    private static MischiefStage Added(List<MischiefStage> stages, int seed)
    {
        var stage = new MischiefStage(seed + stages.Count);
        stages.Add(stage);
        return stage;
    }
}
