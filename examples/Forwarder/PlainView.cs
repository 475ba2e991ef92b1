namespace PollMode.Examples.Forwarder;

/// <summary>One line an interval: for logs and pipes.</summary>
internal sealed class PlainView(Engine engine, TextWriter writer) : IView
{
    /// <inheritdoc/>
    public void Show(RunLimits run)
    {
        var rates = Rates.From(engine.Statistics);
        while (run.WaitForReport())
        {
            rates = rates.To(engine.Statistics);
            EngineStatistics now = rates.Now;
            writer.WriteLine(
                $"{rates.Mpps:F3} Mpps, {rates.Gbps:F3} Gbit/s, received {now.RxPackets}, sent {now.TxPackets}, dropped {Drops(now)}, " +
                $"pool {now.PoolInFlight}/{now.PoolCapacity} in flight, {rates.EmptyPollPercent:F0} % of polls empty");
        }
    }

    private static string Drops(EngineStatistics now) =>
        now.Dropped.Count == 0 ? "0" : string.Join(" ", now.Dropped.Select(drop => $"{drop.Value} {drop.Key}"));
}
