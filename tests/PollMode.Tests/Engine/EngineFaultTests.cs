using Xunit;

namespace PollMode.Tests;

public sealed class EngineFaultTests
{
    [Fact]
    public void A_stage_that_throws_costs_its_burst_and_nothing_else()
    {
        using var test = new TestEngine(["fake:rx=640"], Throwing(every: 2));
        EngineStatistics end = test.RunToEnd();
        Assert.Equal((5, 320, 320), (end.Workers[0].StageFaults, end.Dropped["stage_fault"], end.TxPackets));
        test.AssertConserved(end);
        Assert.Equal(5, test.StageFaults);
    }

    [Fact]
    public void The_policy_to_stop_a_worker_stops_it_and_completes_with_the_fault_when_it_was_the_last()
    {
        using var test = new TestEngine(["fake:rx=-1"], Throwing(every: 1), options => options.StageFaults = StageFaultPolicy.StopWorker);
        test.Engine.Open();
        test.Engine.Start();
        Exception fault = test.WaitForFault();
        Assert.Contains("Worker 0 stopped because a stage threw: on purpose", fault.Message, StringComparison.Ordinal);
        Assert.False(test.Engine.IsHealthy);
        test.Engine.Stop(TestEngine.Long);
        test.AssertConserved(test.Engine.Statistics);
        Assert.Equal(WorkerState.Faulted, test.Engine.Statistics.Workers[0].State);
        Assert.Single(test.WorkerFaults);
    }

    [Fact]
    public void What_a_port_says_went_wrong_is_told_once_while_it_runs_and_the_rest_when_it_is_closed()
    {
        using var test = new TestEngine(["fake:rx=-1"]);
        test.Engine.Open();
        test.Engine.Start();
        FakePort port = test.Driver.Opened[0];
        port.Sentences = ["first"];
        Assert.True(SpinWait.SpinUntil(() => test.PortFaults.Count == 1, TestEngine.Long));
        port.Sentences = ["second", "first"];
        Assert.True(SpinWait.SpinUntil(() => test.PortFaults.Count == 2, TestEngine.Long));
        test.Engine.Stop(TestEngine.Long);
        port.Sentences = ["first", "second", "third"];
        test.Engine.Dispose();
        Assert.Equal(["first", "second", "third"], test.PortFaults);
    }

    [Fact]
    public void Others_that_hand_over_to_a_worker_that_died_go_on_to_their_end()
    {
        // Worker 0 owns the only transmit queue and dies with its first burst.
        using var test = new TestEngine(["fake:rx=20000,rxq=3,txq=1"], builder => builder.Use(() =>
        {
            int worker = -1;
            return new LambdaStage(
                (ref _) =>
                {
                    if (worker == 0)
                    {
                        throw new InvalidOperationException("on purpose");
                    }
                },
                context => worker = context.WorkerIndex);
        }), options =>
        {
            options.Workers = 3;
            options.StageFaults = StageFaultPolicy.StopWorker;
        });
        EngineStatistics end = test.RunToEnd();
        Assert.Equal(WorkerState.Faulted, end.Workers[0].State);
        test.Engine.Dispose();
        end = test.Engine.Statistics;
        test.AssertConserved(end);
        Assert.Equal((40_000, 0), (end.RxPackets - end.Workers[0].Received, test.Leaked));
    }

    [Fact]
    public void The_policy_to_stop_the_engine_stops_receiving_everywhere()
    {
        using var test = new TestEngine(["fake:rx=-1,rxq=2"], builder => builder.Use(() =>
        {
            int worker = -1;
            return new LambdaStage(
                (ref _) =>
                {
                    if (worker == 0)
                    {
                        throw new InvalidOperationException("on purpose");
                    }
                },
                context => worker = context.WorkerIndex);
        }), options =>
        {
            options.Workers = 2;
            options.StageFaults = StageFaultPolicy.StopEngine;
        });
        test.Engine.Open();
        test.Engine.Start();
        Assert.Contains("on purpose", test.WaitForFault().Message, StringComparison.Ordinal);
        Assert.True(SpinWait.SpinUntil(() => test.Engine.Statistics.Workers[1].State == WorkerState.Draining, TestEngine.Long));
        Assert.True(test.Engine.Stop(TestEngine.Long));
        test.AssertConserved(test.Engine.Statistics);
    }

    [Fact]
    public void A_stage_that_does_not_start_fails_the_engine()
    {
        using var test = new TestEngine(["fake:rx=-1,rxq=2"], builder => builder.Use(() => new LambdaStage((ref _) => { }, context =>
        {
            if (context.WorkerIndex == 1)
            {
                throw new PollModeException("no licence.");
            }
        })), options => options.Workers = 2);
        test.Engine.Open();
        test.Engine.Start();
        Exception fault = test.WaitForFault();
        Assert.Equal("no licence.", fault.Message);
        test.Engine.Stop(TestEngine.Long);
    }

    [Theory]
    [InlineData(new[] { "fake", "fake:fail=open" }, "does not open")]
    [InlineData(new[] { "fake", "fake:fail=tx" }, "no transmit queue")]
    [InlineData(new[] { "fake:size=2048", "fake:size=4096" }, "must be of one size, and no size suits all: 'fake:size=2048' wants 2048, 'fake:size=4096' wants 4096 bytes")]
    [InlineData(new[] { "fake:rings=2000" }, "BuffersPerWorker is 1024, but the rings of a worker's queues alone keep 2128 buffers; set it to at least 2128")]
    [InlineData(new[] { "nonsense:x" }, "no driver 'nonsense'")]
    [InlineData(new[] { "fake:spin=1" }, "no key 'spin'")]
    [InlineData(new[] { "fake:rxq=0" }, "None of the ports receives anything")]
    public void What_cannot_be_opened_says_why_and_closes_what_was(string[] ports, string expected)
    {
        using var test = new TestEngine(ports);
        PollModeException fault = Assert.Throws<PollModeException>(test.Engine.Open);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.All(test.Driver.Opened, port => Assert.True(port.Disposed));
        Assert.Equal((EngineState.Created, 0), (test.Engine.State, test.Leaked));
    }

    [Fact]
    public void A_pipeline_that_cannot_be_built_closes_the_ports()
    {
        using var test = new TestEngine(["fake", "fake"], _ => throw new PollModeException("no such filter."));
        Assert.Throws<PollModeException>(test.Engine.Open);
        Assert.Equal(2, test.Driver.Opened.Count(port => port.Disposed));
    }

    [Fact]
    public void A_core_that_does_not_exist_is_named_with_those_that_do()
    {
        using var test = new TestEngine(["fake"], change: options => options.Cores = "4095");
        string message = Assert.Throws<PollModeException>(test.Engine.Open).Message;
        Assert.Contains("Core 4095 does not exist", message, StringComparison.Ordinal);
        Assert.Contains(CpuList.Format(CpuAffinity.Allowed), message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_make_no_sense_are_each_named()
    {
        var options = new EngineOptions
        {
            Name = " ",
            BurstSize = 257,
            Workers = -1,
            SendRetries = -1,
            RealTimePriority = 99,
            BuffersPerWorker = -1,
            BufferBytes = 100,
            HeadroomBytes = 3,
            HandOffPackets = 1,
            Cores = "2-",
            Egress = [5],
        };
        IReadOnlyList<string> faults = options.Validate();
        foreach (string name in new[] { "Name", "Ports", "BurstSize", "Workers", "SendRetries", "RealTimePriority", "BuffersPerWorker", "BufferBytes", "HeadroomBytes", "HandOffPackets", "Cores", "Egress" })
        {
            Assert.Contains(faults, fault => fault.StartsWith(name, StringComparison.Ordinal));
        }

        Assert.Contains("BurstSize is 257", Assert.Throws<PollModeException>(() => new Engine(options, new DriverRegistry())).Message, StringComparison.Ordinal);
        Assert.Empty(new EngineOptions { Ports = ["null"] }.Validate());
    }

    [Fact]
    public void Calls_out_of_order_are_refused()
    {
        using var test = new TestEngine(["fake"]);
        Assert.Throws<InvalidOperationException>(test.Engine.Start);
        test.Engine.Open();
        Assert.Throws<InvalidOperationException>(test.Engine.Open);
        test.Engine.Dispose();
        test.Engine.Dispose();
        Assert.Throws<InvalidOperationException>(test.Engine.Open);
    }

    private static Action<PipelineBuilder> Throwing(int every) => builder =>
    {
        int bursts = 0;
        builder.Use(() => new LambdaStage((ref burst) =>
        {
            if (++bursts % every == 0 && burst.Count > 0)
            {
                burst.Drop(0, DropReason.StageFault);
                throw new InvalidOperationException("on purpose");
            }
        }));
    };
}
