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

    private static void Shorten(ref Burst burst)
    {
        foreach (Packet packet in burst.Packets)
        {
            packet.TryTrimEnd(10);
        }
    }

    private static void Cross(EngineOptions options)
    {
        options.Egress.Add(1);
        options.Egress.Add(Burst.NoPort);
    }

    private static void AssertSent(long bytes, Action<PipelineBuilder> pipeline)
    {
        using var test = new TestEngine(["null:size=100,rx=640", "null:rx=0"], pipeline, Cross);
        EngineStatistics end = test.RunToEnd();
        Assert.Equal((640 * 100, bytes), (end.RxBytes, end.TxBytes));
    }
}
