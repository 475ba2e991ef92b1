using Xunit;

namespace PollMode.Tests;

public sealed class EngineTests
{
    [Fact]
    public void Ports_pair_up_and_a_lone_one_sends_back()
    {
        using var test = new TestEngine(["fake:rx=100", "fake:rx=200", "fake:rx=300"]);
        EngineStatistics end = test.RunToEnd();
        Assert.Equal([200, 100, 300], end.Ports.Select(port => port.TxPackets));
        test.AssertConserved(end);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (ulong)i), test.Driver.Opened[1].Transmit[0].Sent);
    }

    [Fact]
    public void Egress_overrides_the_pairs_and_minus_one_is_counted()
    {
        using var test = new TestEngine(["fake:rx=100", "fake:rx=200"], change: options =>
        {
            options.Egress.Add(0);
            options.Egress.Add(Burst.NoPort);
        });
        EngineStatistics end = test.RunToEnd();
        Assert.Equal((100, 0, 200), (end.Ports[0].TxPackets, end.Ports[1].TxPackets, end.Dropped["no_egress"]));
        test.AssertConserved(end);
    }

    [Fact]
    public void What_has_no_egress_is_dropped_and_counted()
    {
        using var test = new TestEngine(["fake:rx=100", "fake:rx=200,txq=0"], builder => builder.Use(() => new LambdaStage((ref burst) =>
        {
            for (int i = 0; i < burst.Count; i++)
            {
                burst.SendTo(i, (i % 5) switch { 0 => Burst.NoPort, 1 => 7, 2 => 65536, 3 => 32768, _ => short.MinValue });
            }
        })));
        EngineStatistics end = test.RunToEnd();
        Assert.Equal(300, end.Dropped["no_egress"]);
        test.AssertConserved(end);
    }

    [Fact]
    public void Mixed_egress_keeps_the_order_of_each_port()
    {
        using var test = new TestEngine(["fake:rx=1000", "fake", "fake"], builder => builder.Use(() => new LambdaStage((ref burst) =>
        {
            for (int i = 0; i < burst.Count; i++)
            {
                burst.SendTo(i, (int)(burst[i].UserWord * 7 % 3));
            }
        })));
        EngineStatistics end = test.RunToEnd();
        for (int port = 0; port < 3; port++)
        {
            ulong expected = (ulong)port;
            Assert.Equal(Enumerable.Range(0, 1000).Select(i => (ulong)i).Where(i => i * 7 % 3 == expected), test.Driver.Opened[port].Transmit[0].Sent);
        }

        test.AssertConserved(end);
    }

    [Fact]
    public void Dropped_taken_and_added_packets_are_all_accounted_for()
    {
        var kept = new List<Packet>();
        using var test = new TestEngine(["fake:rx=500", "fake"], builder => builder
            .Use(() => new LambdaStage((ref burst) =>
            {
                int count = burst.Count;
                for (int i = 0; i < count; i++)
                {
                    switch (burst[i].UserWord % 4)
                    {
                        case 0:
                            burst.Drop(i, DropReason.Filtered);
                            burst.Drop(i, DropReason.Filtered);
                            break;
                        case 1:
                            kept.Add(burst.Take(i));
                            Assert.True(burst.Take(i).IsNone);
                            break;
                        case 2:
                            Assert.True(burst.TryAdd(burst[i].Clone(), 0));
                            break;
                    }
                }
            }))
            .Use(() => new LambdaStage((ref burst) =>
            {
                foreach (Packet packet in burst.Packets)
                {
                    Assert.False(packet.IsNone);
                }
            })));
        EngineStatistics end = test.RunToEnd();
        Assert.Equal(125, end.Dropped["filtered"]);
        Assert.Equal((125, 125, 250), (kept.Count, end.Ports[0].TxPackets, end.Ports[1].TxPackets));
        Assert.Equal((125L, 0L), (end.PoolInFlight, end.Workers[0].StageFaults));
        test.Engine.Dispose();
        Assert.Equal(125, test.Leaked);
        kept.ForEach(packet => packet.Free());
    }

    [Fact]
    public void A_burst_has_room_for_four_times_its_size_and_says_when_it_is_full()
    {
        int refused = 0;
        using var test = new TestEngine(["fake:rx=16"], builder => builder.Use(() => new LambdaStage((ref burst) =>
        {
            for (int i = 0; i < 100; i++)
            {
                Packet clone = burst[0].Clone();
                if (!burst.TryAdd(clone, 0))
                {
                    refused++;
                    clone.Free();
                }
            }
        })), options => options.BurstSize = 16);
        EngineStatistics end = test.RunToEnd();
        Assert.Equal((52, 64), (refused, end.TxPackets));
        Assert.Equal(0, end.PoolInFlight);
    }

    [Fact]
    public void A_full_queue_costs_counted_drops()
    {
        using var test = new TestEngine(["fake:rx=640,take=10"]);
        EngineStatistics end = test.RunToEnd();
        Assert.Equal((100, 540), (end.TxPackets, end.Dropped["tx_full"]));
        test.AssertConserved(end);
    }

    [Fact]
    public void Retries_send_what_a_full_queue_did_not_take_at_first()
    {
        using var test = new TestEngine(["fake:rx=640,take=10"], change: options => options.SendRetries = 6);
        EngineStatistics end = test.RunToEnd();
        Assert.Equal(640, end.TxPackets);
    }

    [Fact]
    public void Workers_without_a_queue_hand_over_to_the_one_that_has_it()
    {
        using var test = new TestEngine(["fake:rx=20000,rxq=3,txq=1"], change: options =>
        {
            options.Workers = 3;
            options.HandOffPackets = 256;
        });
        EngineStatistics end = test.RunToEnd();
        test.AssertConserved(end);
        Assert.Equal(60_000, end.RxPackets);
        Assert.True(end.Workers[0].HandedOver > 0);
        Assert.Equal(end.TxPackets, test.Driver.Opened[0].Transmit.Single().Sent.Distinct().Count());

        // In order within each receive queue, whatever was dropped in between.
        foreach (IGrouping<ulong, ulong> queue in test.Driver.Opened[0].Transmit[0].Sent.GroupBy(stamp => stamp >> 40))
        {
            Assert.Equal(queue.Order(), queue);
        }
    }

    [Fact]
    public void A_slow_stage_does_not_make_the_end_come_early()
    {
        using var test = new TestEngine(["fake:rx=3", "fake"], builder => builder.Use(() => new LambdaStage((ref _) => Thread.Sleep(150))));
        EngineStatistics end = test.RunToEnd();
        Assert.Equal(3, end.Ports[1].TxPackets);
    }

    [Fact]
    public void Stop_drains_and_a_slow_stage_is_waited_for()
    {
        using var entered = new ManualResetEventSlim();
        using var test = new TestEngine(["fake:rx=-1", "fake"], builder => builder.Use(() => new LambdaStage((ref _) =>
        {
            entered.Set();
            Thread.Sleep(50);
        })));
        test.Engine.Open();
        test.Engine.Start();
        Assert.True(entered.Wait(TestEngine.Long, TestContext.Current.CancellationToken));
        Assert.True(test.Engine.Stop(TestEngine.Long));
        test.AssertConserved(test.Engine.Statistics);
        Assert.True(test.Engine.Statistics.TxPackets > 0);
        Assert.True(test.Engine.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public void Stop_right_after_the_start_waits_for_stages_that_are_still_starting()
    {
        bool started = false;
        using var test = new TestEngine(["fake:rx=-1"], builder => builder.Use(() => new LambdaStage((ref _) => { }, _ =>
        {
            Thread.Sleep(200);
            started = true;
        })));
        test.Engine.Open();
        test.Engine.Start();
        Assert.False(test.Engine.Stop(TimeSpan.Zero));
        Assert.True(started);
        test.Engine.Dispose();
        Assert.Equal(0, test.Leaked);
    }

    [Fact]
    public void Statistics_are_read_from_any_thread_while_engines_come_and_go()
    {
        for (int round = 0; round < 15; round++)
        {
            using var test = new TestEngine(["null", "null"]);
            using var stop = new CancellationTokenSource();
            Exception? fault = null;
            long highest = 0;
            var reader = new Thread(() =>
            {
                try
                {
                    while (!stop.IsCancellationRequested)
                    {
                        EngineStatistics now = test.Engine.Statistics;
                        Assert.True(now.RxPackets >= highest);
                        highest = now.RxPackets;
                        Thread.Yield();
                    }
                }
                catch (Exception caught)
                {
                    fault = caught;
                }
            });
            reader.Start();
            test.Engine.Open();
            test.Engine.Start();
            Assert.True(SpinWait.SpinUntil(() => test.Engine.Statistics.RxPackets > 1000, TestEngine.Long));
            test.Engine.Dispose();
            Assert.Equal(EngineState.Closed, test.Engine.State);
            stop.Cancel();
            reader.Join();
            Assert.Null(fault);
            test.AssertConserved(test.Engine.Statistics);
        }
    }

    [Fact]
    public void Two_engines_live_in_one_process()
    {
        using var first = new TestEngine(["fake:rx=5000", "fake:rx=1000"]);
        using var second = new TestEngine(["fake:rx=3000"], change: options => options.Name = "second");
        first.Engine.Open();
        second.Engine.Open();
        first.Engine.Start();
        second.Engine.Start();
        Assert.True(SpinWait.SpinUntil(() => first.Engine.Completion.IsCompleted && second.Engine.Completion.IsCompleted, TestEngine.Long));
        Assert.True(first.Engine.Stop(TestEngine.Long) && second.Engine.Stop(TestEngine.Long));
        Assert.Equal((6000, 3000), (first.Engine.Statistics.TxPackets, second.Engine.Statistics.TxPackets));
        first.AssertConserved(first.Engine.Statistics);
        second.AssertConserved(second.Engine.Statistics);
    }

    [Fact]
    public void Pinned_workers_run_where_they_should()
    {
        int core = CpuAffinity.Allowed[^1];
        IReadOnlyList<int> seen = [];
        using var test = new TestEngine(["fake:rx=10"], builder => builder.Use(() => new LambdaStage((ref _) => { }, _ => seen = CpuAffinity.Allowed)), options => (options.Cores, options.KeepOthersOffCores) = ($"{core}", false));
        EngineStatistics end = test.RunToEnd();
        Assert.Equal([core], seen);
        Assert.Equal(core, end.Workers[0].Cpu);
    }

    [Fact]
    public void Counters_survive_a_port_that_cannot_count_after_its_end()
    {
        using var test = new TestEngine(["fake:rx=10"]);
        test.RunToEnd();
        test.Engine.Dispose();
        Assert.Equal(10, test.Engine.Statistics.TxPackets);
        Assert.Equal("fake", test.Engine.Statistics.Ports[0].Extended.Single().Name);
        Assert.IsType<ObjectDisposedException>(Assert.Single(test.CloseFaults));
        Assert.All(test.Engine.Statistics.Pools, pool => Assert.Equal(0, pool.InFlight));
    }
}
