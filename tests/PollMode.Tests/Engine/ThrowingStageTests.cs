using Xunit;

namespace PollMode.Tests;

/// <summary>A stage that throws costs its burst, and nobody else his turn.</summary>
public sealed class ThrowingStageTests
{
    [Fact]
    public void Queues_behind_the_one_whose_packets_make_a_stage_throw_are_served_as_often()
    {
        using var test = new TestEngine(["fake:rx=-1", "fake:rx=640", "fake:rx=640"], builder => builder.Use(() => new LambdaStage((ref burst) => ThrowIf(burst.RxPort == 0))));
        EngineStatistics end = RunUntil(test, now => now.Ports.Skip(1).All(port => port.RxPackets == 640));
        Assert.True(end.Workers[0].StageFaults >= 10);
        Assert.Equal(end.Dropped["stage_fault"], end.Ports[0].RxPackets);
    }

    [Fact]
    public void What_others_hand_over_is_sent_although_every_burst_of_the_owner_makes_a_stage_throw()
    {
        using var test = new TestEngine(
            ["fake:rx=-1,rxq=3,txq=1"],
            builder => builder.Use(() =>
            {
                int worker = -1;
                return new LambdaStage((ref _) => ThrowIf(worker == 0), context => worker = context.WorkerIndex);
            }),
            options => options.Workers = 3);
        EngineStatistics end = RunUntil(test, now => now.Workers[0].HandedOver > 1000 && now.Workers[0].StageFaults > 10);
        Assert.Equal(end.Workers[0].HandedOver, end.TxPackets);
    }

    [Fact]
    public void A_turn_that_goes_on_after_a_fault_is_one_turn_and_not_an_empty_one()
    {
        using var test = new TestEngine(["fake:rx=-1", "fake"], builder => builder.Use(() => new LambdaStage((ref _) => ThrowIf(true))));
        test.Engine.Open();
        test.Engine.Start();
        Assert.True(SpinWait.SpinUntil(() => test.Engine.Statistics.Workers[0].StageFaults > 100, TestEngine.Long));
        WorkerStatistics then = test.Engine.Statistics.Workers[0];
        Assert.Equal(0, then.EmptyTurns);

        // They are read one after another while the worker goes on, and it may be in the middle of one.
        Assert.InRange(then.Turns, 1, then.StageFaults + 1);
        test.Engine.Stop(TestEngine.Long);
        test.AssertConserved(test.Engine.Statistics);
    }

    [Fact]
    public void A_fault_of_a_stage_whose_time_is_taken_costs_its_burst_and_nothing_else()
    {
        int bursts = 0;
        using var test = new TestEngine(["fake:rx=1280"], builder => builder.Use(() => new LambdaStage((ref _) =>
        {
            Thread.Sleep(1);
            ThrowIf(++bursts % 2 == 0);
        })));
        EngineStatistics end = test.RunToEnd();
        Assert.Equal((10, 640, 640), (end.Workers[0].StageFaults, end.Dropped["stage_fault"], end.TxPackets));
        test.AssertConserved(end);
    }

    [Fact]
    public void What_a_queue_throws_after_that_ends_the_worker_all_the_same()
    {
        int bursts = 0;
        using var test = new TestEngine(["fake:rx=-1"], builder => builder.Use(() => new LambdaStage((ref _) => ThrowIf(++bursts == 1))));
        test.Engine.Open();
        test.Driver.Opened[0].Transmit[0].Throws = true;
        test.Engine.Start();
        Assert.Contains("a queue that throws", test.WaitForFault().Message, StringComparison.Ordinal);
        test.Engine.Stop(TestEngine.Long);
        WorkerStatistics end = test.Engine.Statistics.Workers[0];
        Assert.Equal((WorkerState.Faulted, 1), (end.State, end.StageFaults));
    }

    private static EngineStatistics RunUntil(TestEngine test, Func<EngineStatistics, bool> reached)
    {
        test.Engine.Open();
        test.Engine.Start();
        Assert.True(SpinWait.SpinUntil(() => reached(test.Engine.Statistics), TestEngine.Long));
        test.Engine.Stop(TestEngine.Long);
        test.AssertConserved(test.Engine.Statistics);
        return test.Engine.Statistics;
    }

    private static void ThrowIf(bool wanted)
    {
        if (wanted)
        {
            throw new InvalidOperationException("on purpose");
        }
    }
}
