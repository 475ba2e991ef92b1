namespace PollMode.Drivers.Traffic.Tests;

/// <summary>Every trial ends the same way; a hundred packets in a second were asked for.</summary>
internal sealed class FixedTrial(long sent, long lost, long lumped, long dropped) : ITrialRunner
{
    public int Trials { get; private set; }

    public TrafficResult Run(TrialRequest request)
    {
        Trials++;
        var none = TimeSummary.Of(new LogLinearHistogram());
        return new TrafficResult
        {
            ElapsedNanoseconds = 1_000_000_000,
            AskedPacketsPerSecond = 100,
            LumpedPackets = lumped,
            ReceiverDropped = dropped,
            Latency = none,
            Streams = [new StreamResult { Name = "stream", Sent = sent, Lost = lost, Latency = none }],
        };
    }
}
