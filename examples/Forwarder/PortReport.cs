namespace PollMode.Examples.Forwarder;

/// <summary>The totals of one port.</summary>
internal sealed record PortReport
{
    /// <summary>The spec it was opened by.</summary>
    public required string Name { get; init; }

    /// <summary>Packets received.</summary>
    public required long RxPackets { get; init; }

    /// <summary>Packets taken for sending.</summary>
    public required long TxPackets { get; init; }

    /// <summary>Counters that only this kind of port has.</summary>
    public required IReadOnlyDictionary<string, long> Counters { get; init; }

    public static PortReport Of(PortStatistics port)
    {
        var counters = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (PortCounter counter in port.Extended)
        {
            counters[counter.Name] = counter.Value;
        }

        return new PortReport { Name = port.Name, RxPackets = port.RxPackets, TxPackets = port.TxPackets, Counters = counters };
    }
}
