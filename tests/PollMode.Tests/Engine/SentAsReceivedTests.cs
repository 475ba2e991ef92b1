using Xunit;

namespace PollMode.Tests;

/// <summary>Bytes that a port has sent are right whether the engine counted them anew or took over what was received.</summary>
public sealed class SentAsReceivedTests
{
    [Fact]
    public void Without_stages_ports_send_the_bytes_that_they_receive() => AssertSent(640 * 100, _ => { });

    [Fact]
    public void Behind_stages_that_keep_lengths_the_bytes_are_of_the_packets_that_are_left() =>
        AssertSent(320 * 100, builder => builder.Use(() => new SampleStage(2)).Use(() => new MacSwapStage()));

    [Fact]
    public void Packets_that_a_stage_adds_are_counted() =>
        AssertSent(2 * 640 * 100, builder => builder.Use(() => new MirrorStage(1)).Use(() => new MacSwapStage()));

    [Fact]
    public void A_stage_that_changes_lengths_is_believed_before_and_behind_those_that_keep_them()
    {
        AssertSent(640 * 90, builder => builder.Use(() => new MacSwapStage()).Use(() => new LambdaStage(Shorten)));
        AssertSent(640 * 90, builder => builder.Use(() => new LambdaStage(Shorten)).Use(() => new MacSwapStage()));
    }

    [Fact]
    public void A_burst_that_a_stage_throws_away_by_an_exception_is_not_counted()
    {
        int bursts = 0;
        AssertSent(5 * 64 * 100, builder => builder.Use(() => new LambdaStage((ref _) => Assert.Equal(0, bursts++ % 2), keepsLengths: true)));
    }

    [Fact]
    public void A_stage_that_changes_lengths_on_one_port_is_believed_on_all() =>
        AssertSent(640 * 90, builder => builder.Use(() => new OnPortStage(0, new LambdaStage(Shorten))));

    [Fact]
    public void A_burst_that_a_stage_sends_elsewhere_as_a_whole_goes_as_it_came()
    {
        AssertGoes([(0, 0), (640, 640)], (ref burst) => burst.SendTo(2));
        AssertGoes([(640, 640), (0, 0)], (ref burst) =>
        {
            burst.SendTo(0, 2);
            burst.SendTo(1);
        });
    }

    [Fact]
    public void A_burst_that_leaves_by_several_ports_is_looked_at() => AssertGoes([(10, 0), (630, 0)], (ref burst) =>
    {
        burst.SendTo(2);
        burst.SendTo(0, 1);
    });

    [Fact]
    public void A_burst_that_a_stage_sends_nowhere_is_dropped()
    {
        EngineStatistics end = AssertGoes([(0, 0), (0, 0)], (ref burst) => burst.SendTo(Burst.NoPort));
        Assert.Equal(640, end.Dropped["no_egress"]);
    }

    [Fact]
    public void What_stages_did_to_one_queues_burst_is_forgotten_for_the_next()
    {
        using var test = new TestEngine(["fake:rx=640", "fake:rx=640", "fake", "fake"], builder => builder.Use(() => new LambdaStage(
            (ref burst) =>
            {
                if (burst.RxPort == 0)
                {
                    burst.SendTo(0, 3);
                    burst.Drop(1, DropReason.Filtered);
                }
            },
            keepsLengths: true)), options => LeaveBy(options, 2, 2, Burst.NoPort, Burst.NoPort));
        EngineStatistics end = test.RunToEnd();
        Assert.Equal([(0, 0), (0, 0), (1260, 640), (10, 0)], test.Driver.Opened.Select(port => (port.Transmit[0].Counters.Packets, port.Transmit[0].AsReceived)));
        test.AssertConserved(end);
    }

    /// <summary>What ports 1 and 2 are sent, and how much of it as it came, of 640 packets in bursts of 64 that leave by port 1.</summary>
    private static EngineStatistics AssertGoes((long Sent, long AsReceived)[] expected, LambdaStage.Work body)
    {
        using var test = new TestEngine(
            ["fake:rx=640", "fake", "fake"],
            builder => builder.Use(() => new LambdaStage(body, keepsLengths: true)),
            options => LeaveBy(options, 1, Burst.NoPort, Burst.NoPort));
        EngineStatistics end = test.RunToEnd();
        Assert.Equal(expected, test.Driver.Opened.Skip(1).Select(port => (port.Transmit[0].Counters.Packets, port.Transmit[0].AsReceived)));
        test.AssertConserved(end);
        return end;
    }

    private static void Shorten(ref Burst burst)
    {
        foreach (Packet packet in burst.Packets)
        {
            packet.TryTrimEnd(10);
        }
    }

    private static void LeaveBy(EngineOptions options, params int[] ports)
    {
        foreach (int port in ports)
        {
            options.Egress.Add(port);
        }
    }

    private static void AssertSent(long bytes, Action<PipelineBuilder> pipeline)
    {
        using var test = new TestEngine(["null:size=100,rx=640", "null:rx=0"], pipeline, options => LeaveBy(options, 1, Burst.NoPort));
        EngineStatistics end = test.RunToEnd();
        Assert.Equal((640 * 100, bytes), (end.RxBytes, end.TxBytes));
    }
}
