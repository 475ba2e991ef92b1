using Xunit;

namespace PollMode.Tests;

/// <summary>Faults of a stage in a running engine, seeded.</summary>
public sealed class StageFaultTests
{
    [Theory]
    [InlineData("frees-twice", "was freed twice by 'evil'", "#1 given to 'evil', #1 freed by 'evil'")]
    [InlineData("frees-in-place", "was sent after it was freed by 'send'", "#1 given to 'evil', #1 freed by 'evil'")]
    [InlineData("uses-after-free", "was used after it was freed by 'evil'", "#1 given to 'evil', #1 freed by 'evil'")]
    [InlineData("clones-after-free", "was used after it was freed by 'evil'", "#1 given to 'evil', #1 freed by 'evil'")]
    [InlineData("uses-after-send", "was used after it was sent by 'evil'", "#1 given to 'evil', #1 sent to 'port 0, fake:rx=-1,keep=on'")]
    [InlineData("frees-after-send", "was freed after it was sent by 'evil'", "#1 given to 'evil', #1 sent to 'port 0, fake:rx=-1,keep=on'")]
    [InlineData("sends-twice", "was sent twice by 'send'", "#1 given to 'evil', #1 sent to 'port 0, fake:rx=-1,keep=on'")]
    [InlineData("writes-in-front", "was written to in front of its frame (from byte 120 of the buffer on; the frame starts at 128) by 'evil'", "#1 given to 'evil'")]
    [InlineData("writes-behind", "was written to behind its frame (up to byte 192 of the buffer; the frame ends at 192) by 'evil'", "#1 given to 'evil'")]
    [InlineData("overruns-front", "was written to behind its frame (up to byte 2111 of the buffer; the frame ends at 192) by 'evil'", "The buffer behind it: #1 rented by 'receive'")]
    [InlineData("overruns-end", "was overrun at its end: what is behind its buffer is no longer as it was by 'evil'", "#1 given to 'evil'")]
    [InlineData("lengthens", "Stage 'evil' says that it keeps lengths, and made of 4096 bytes in 64 packets 4097", "")]
    [InlineData("rents-elsewhere", "'a thread of evil' called Rent of the pool 'pollmode-0', which is another thread's", "")]
    public void A_fault_of_a_stage_ends_the_worker_and_names_it(string deed, string fault, string handOffs)
    {
        using var test = new TestEngine(["fake:rx=-1,keep=on"], builder => builder.Use(() => new MacSwapStage()).Use(() => new EvilStage(deed)), options => options.BufferBytes = 2112);
        test.Engine.Open();
        test.Engine.Start();
        Exception thrown = test.WaitForFault();
        Assert.IsType<LedgerException>(thrown);
        Assert.Contains(fault, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(handOffs, thrown.Message, StringComparison.Ordinal);
        Assert.True(deed is "rents-elsewhere" or "lengthens" || deed == "overruns-front" || thrown.Message.Contains("#1 rented by 'receive', #1 received from 'port 0, fake:rx=-1,keep=on', #1 given to 'mac-swap'", StringComparison.Ordinal), thrown.Message);
        test.Engine.Stop(TestEngine.Long);
    }

    [Fact]
    public void A_write_after_free_is_found_when_the_buffer_goes_out_again()
    {
        using var test = new TestEngine(["fake:rx=-1"], builder => builder.Use(() => new EvilStage("writes-after-free")));
        test.Engine.Open();
        test.Engine.Start();
        string message = test.WaitForFault().Message;
        Assert.Contains("was written to (bytes 130 to 130 of the buffer) while it was free, found when it was rented by 'receive'", message, StringComparison.Ordinal);
        Assert.Matches("given to 'evil', #\\d+ freed by 'evil'", message);
        test.Engine.Stop(TestEngine.Long);
    }

    [Fact]
    public void A_write_after_free_to_a_buffer_that_stays_home_is_found_at_the_end()
    {
        using var test = new TestEngine(["fake:rx=64"], builder => builder.Use(() => new EvilStage("writes-after-free")));
        test.RunToEnd();
        test.Engine.Dispose();
        string message = Assert.Single(test.CloseFaults.OfType<LedgerException>()).Message;
        Assert.Contains("was written to (bytes 130 to 130 of the buffer) while it was free, found at the end", message, StringComparison.Ordinal);
        Assert.Contains("#1 given to 'evil', #1 freed by 'evil'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_leak_at_the_stop_tells_which_stage_had_the_packet()
    {
        using var test = new TestEngine(["fake:rx=64"], builder => builder.Use(() => new EvilStage("leaks")));
        test.RunToEnd();
        test.Engine.Dispose();
        Assert.Equal(1, test.Leaked);
        Assert.EndsWith("#1 rented by 'receive', #1 received from 'port 0, fake:rx=64', #1 given to 'evil'", Assert.Single(test.LeakExamples), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("packets", "gave 64 packets of 4096 bytes and counted 65 of 4096.")]
    [InlineData("bytes", "gave 64 packets of 4096 bytes and counted 64 of 4097.")]
    public void A_receive_queue_that_counts_what_it_does_not_give_ends_the_worker_and_is_named(string counter, string fault)
    {
        string port = $"fake:rx=-1,miscounts={counter}";
        using var test = new TestEngine([port]);
        test.Engine.Open();
        test.Engine.Start();
        LedgerException thrown = Assert.IsType<LedgerException>(test.WaitForFault());
        Assert.StartsWith($"'port 0, {port}' {fault}", thrown.Message, StringComparison.Ordinal);
        test.Engine.Stop(TestEngine.Long);
    }

    [Fact]
    public void Honest_stages_are_left_alone()
    {
        using var test = new TestEngine(
            ["fake:rx=6400,rxq=2,txq=1", "fake:rx=6400,rxq=2,txq=1,take=7"],
            builder => builder.Use(() => new MacSwapStage()).Use(() => new MirrorStage(1, 3)).Use(() => new SampleStage(2)),
            options => options.Workers = 2);
        EngineStatistics end = test.RunToEnd();
        Assert.All(end.Workers, worker => Assert.Equal(WorkerState.Stopped, worker.State));
        Assert.Equal(25600, end.RxPackets);
        test.Engine.Dispose();
        Assert.Equal((0, 0), (test.Leaked, test.WorkerFaults.Count));
    }
}
