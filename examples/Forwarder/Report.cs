using System.Text.Json;

namespace PollMode.Examples.Forwarder;

/// <summary>The totals of a run. Received is sent plus dropped, to the packet.</summary>
internal sealed record Report
{
    /// <summary>Length of the run, drain included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Packets received by all ports.</summary>
    public required long RxPackets { get; init; }

    /// <summary>Packets sent by all ports, without those that a device took and then lost.</summary>
    public required long TxPackets { get; init; }

    /// <summary>Bytes received by all ports, without FCS.</summary>
    public required long RxBytes { get; init; }

    /// <summary>Bytes sent by all ports, without FCS.</summary>
    public required long TxBytes { get; init; }

    /// <summary>Packets dropped, by reason; <c>tx_device</c> are those that a device took and then lost.</summary>
    public required IReadOnlyDictionary<string, long> Dropped { get; init; }

    /// <summary>Packets that devices lost before the engine received them; they are not in <see cref="RxPackets"/>.</summary>
    public required long RxMissed { get; init; }

    /// <summary>Packets sent per second by all ports together, in millions.</summary>
    public required double Mpps { get; init; }

    /// <summary>Bits sent per second, in billions.</summary>
    public required double Gbps { get; init; }

    /// <summary>Buffers of all pools.</summary>
    public required long PoolCapacity { get; init; }

    /// <summary>Buffers still out of their pools when everything was closed: zero, or a leak.</summary>
    public required long PoolInFlight { get; init; }

    /// <summary>Bytes allocated by the whole process while it forwarded, after the warm-up.</summary>
    public required long AllocatedBytes { get; init; }

    /// <summary>Garbage collections in that time.</summary>
    public required int GcCollections { get; init; }

    /// <summary>Turns of all workers.</summary>
    public required long Polls { get; init; }

    /// <summary>Turns that brought nothing.</summary>
    public required long EmptyPolls { get; init; }

    /// <summary>Times that a worker was away from its queues for longer than a tenth of a millisecond, by cause; none without a count.</summary>
    public required IReadOnlyDictionary<string, long> Stalls { get; init; }

    /// <summary>The longest of them, in microseconds.</summary>
    public required double LongestStallMicroseconds { get; init; }

    /// <summary>The ports, in order.</summary>
    public required IReadOnlyList<PortReport> Ports { get; init; }

    public static Report Of(EngineStatistics totals, RunClock clock)
    {
        long lost = totals.Ports.Sum(port => port.Transmit.Sum(queue => queue.Dropped));
        long sent = totals.TxPackets - lost;
        var dropped = new SortedDictionary<string, long>(totals.Dropped.ToDictionary(), StringComparer.Ordinal);
        if (lost > 0)
        {
            dropped["tx_device"] = lost;
        }

        return new Report
        {
            Seconds = clock.Seconds,
            RxPackets = totals.RxPackets,
            TxPackets = sent,
            RxBytes = totals.RxBytes,
            TxBytes = totals.TxBytes,
            Dropped = dropped,
            RxMissed = totals.Ports.Sum(port => port.Receive.Sum(queue => queue.Dropped)),
            Mpps = sent / clock.Seconds / 1e6,
            Gbps = totals.TxBytes * 8 / clock.Seconds / 1e9,
            PoolCapacity = totals.PoolCapacity,
            PoolInFlight = totals.PoolInFlight,
            AllocatedBytes = clock.AllocatedBytes,
            GcCollections = clock.Collections,
            Polls = totals.Workers.Sum(worker => worker.Turns),
            EmptyPolls = totals.Workers.Sum(worker => worker.EmptyTurns),
            Stalls = totals.Workers.SelectMany(worker => worker.Stalls.Causes)
                .GroupBy(each => each.Cause, each => each.Count)
                .Where(group => group.Sum() > 0)
                .ToDictionary(group => $"{group.Key}", group => group.Sum(), StringComparer.Ordinal),
            LongestStallMicroseconds = totals.Workers.Max(worker => worker.Stalls.Longest.TotalMicroseconds),
            Ports = [.. totals.Ports.Select(PortReport.Of)],
        };
    }

    /// <summary>Writes one JSON object on one line, or a summary to be read.</summary>
    public void Write(bool json, TextWriter writer)
    {
        if (json)
        {
            writer.WriteLine(JsonSerializer.Serialize(this, ReportJson.Default.Report));
            return;
        }

        writer.WriteLine();
        foreach (PortReport port in Ports)
        {
            writer.WriteLine($"{port.Name}: received {port.RxPackets:N0}, sent {port.TxPackets:N0}{string.Concat(port.Counters.Select(counter => $", {counter.Key} {counter.Value:N0}"))}");
        }

        writer.WriteLine($"all ports: received {RxPackets:N0}, sent {TxPackets:N0}, dropped {Dropped.Values.Sum():N0} in {Seconds:F2} s: {Mpps:F3} Mpps, {Gbps:F3} Gbit/s");
        foreach ((string reason, long count) in Dropped)
        {
            writer.WriteLine($"  dropped {count:N0}: {reason}");
        }

        writer.WriteLine($"pools: {PoolCapacity:N0} buffers, {PoolInFlight:N0} not home; {Polls:N0} polls, {EmptyPolls:N0} of them empty");
        if (Stalls.Count > 0)
        {
            writer.WriteLine($"stalls: {string.Join(", ", Stalls.Select(stall => $"{stall.Value:N0} {stall.Key}"))}; the longest {LongestStallMicroseconds / 1000:F2} ms");
        }
    }
}
