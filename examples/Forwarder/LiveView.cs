using Spectre.Console;

namespace PollMode.Examples.Forwarder;

/// <summary>A table on the terminal that is drawn anew every interval.</summary>
internal sealed class LiveView(Engine engine) : IView
{
    /// <inheritdoc/>
    public void Show(RunLimits run)
    {
        var rates = Rates.From(engine.Statistics);
        AnsiConsole.Live(Draw(rates)).Start(live =>
        {
            while (run.WaitForReport())
            {
                rates = rates.To(engine.Statistics);
                live.UpdateTarget(Draw(rates));
            }
        });
    }

    private static Rows Draw(Rates rates)
    {
        EngineStatistics now = rates.Now;
        Table table = new Table().Title("PollMode forwarder, Ctrl-C to stop");
        foreach (string heading in (string[])["port", "received", "Mpps in", "sent", "Mpps out"])
        {
            table.AddColumn(new TableColumn(heading) { Alignment = heading == "port" ? Justify.Left : Justify.Right });
        }

        foreach (PortStatistics port in now.Ports)
        {
            table.AddRow(
                Markup.Escape($"{port.Index} {port.Name}"),
                $"{port.RxPackets:N0}",
                $"{rates.MppsOf(port.Index, each => each.RxPackets):F3}",
                $"{port.TxPackets:N0}",
                $"{rates.MppsOf(port.Index, each => each.TxPackets):F3}");
        }

        string drops = now.Dropped.Count == 0 ? "none" : string.Join(", ", now.Dropped.Select(drop => $"{drop.Key} {drop.Value:N0}"));
        double occupancy = now.PoolCapacity == 0 ? 0 : 100.0 * now.PoolInFlight / now.PoolCapacity;
        return new Rows(
            table,
            new Text($"all ports: {rates.Mpps:F3} Mpps, {rates.Gbps:F3} Gbit/s"),
            new Text($"dropped: {drops}"),
            new Text($"pools: {now.PoolInFlight:N0} of {now.PoolCapacity:N0} buffers in flight ({occupancy:F1} %)"),
            new Text($"empty polls: {rates.EmptyPollPercent:F1} %"));
    }
}
