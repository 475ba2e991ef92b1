using System.Diagnostics.Metrics;

namespace PollMode.Hosting;

/// <summary>Turns the counters of one engine into measurements.</summary>
internal static class EngineMeasurements
{
    internal static IEnumerable<Measurement<long>> Packets(string engine, EngineStatistics now) => Queues(engine, now, queue => queue.Packets);

    internal static IEnumerable<Measurement<long>> Bytes(string engine, EngineStatistics now) => Queues(engine, now, queue => queue.Bytes);

    internal static IEnumerable<Measurement<long>> Dropped(string engine, EngineStatistics now)
    {
        foreach (WorkerStatistics worker in now.Workers)
        {
            foreach ((string reason, long count) in worker.Dropped)
            {
                yield return new(count, Tag(EngineMetrics.EngineTag, engine), Tag(EngineMetrics.WorkerTag, worker.Index), Tag(EngineMetrics.ReasonTag, reason));
            }
        }

        foreach (Measurement<long> lost in Queues(engine, now, queue => queue.Dropped, Tag(EngineMetrics.ReasonTag, "device")))
        {
            yield return lost;
        }
    }

    internal static IEnumerable<Measurement<long>> Polls(string engine, EngineStatistics now)
    {
        foreach (WorkerStatistics worker in now.Workers)
        {
            yield return OfWorker(worker.EmptyTurns, engine, worker, Tag(EngineMetrics.ResultTag, "empty"));
            yield return OfWorker(Math.Max(0, worker.Turns - worker.EmptyTurns), engine, worker, Tag(EngineMetrics.ResultTag, "busy"));
        }
    }

    internal static IEnumerable<Measurement<double>> BurstSizes(string engine, EngineStatistics now) =>
        now.Workers.Where(worker => worker.Bursts > 0).Select(worker => OfWorker((double)worker.Received / worker.Bursts, engine, worker));

    internal static IEnumerable<Measurement<long>> Faults(string engine, EngineStatistics now) =>
        now.Workers.Select(worker => OfWorker(worker.StageFaults, engine, worker));

    internal static IEnumerable<Measurement<long>> Stalls(string engine, EngineStatistics now) =>
        now.Workers.SelectMany(worker => worker.Stalls.Causes.Select(each => OfWorker(each.Count, engine, worker, Cause(each))));

    internal static IEnumerable<Measurement<double>> LongestStalls(string engine, EngineStatistics now) =>
        now.Workers.SelectMany(worker => worker.Stalls.Causes.Select(each => OfWorker(each.Longest.TotalSeconds, engine, worker, Cause(each))));

    internal static IEnumerable<Measurement<long>> LostInStalls(string engine, EngineStatistics now) =>
        now.Workers.Select(worker => OfWorker(worker.Stalls.Dropped, engine, worker));

    internal static IEnumerable<Measurement<double>> PauseBudgets(string engine, EngineStatistics now) =>
        now.Ports.SelectMany(port => port.Receive.Where(queue => queue.PauseBudget != null).Select(queue => new Measurement<double>(
            queue.PauseBudget!.Value.TotalSeconds,
            Tag(EngineMetrics.EngineTag, engine), Tag(EngineMetrics.InterfaceTag, port.Name), Tag(EngineMetrics.QueueTag, queue.Queue))));

    internal static IEnumerable<Measurement<long>> BufferLimits(string engine, EngineStatistics now) =>
        now.Pools.Select((pool, index) => OfPool(pool.Capacity, engine, index));

    internal static IEnumerable<Measurement<long>> BufferUsages(string engine, EngineStatistics now)
    {
        for (int i = 0; i < now.Pools.Count; i++)
        {
            MempoolStatistics pool = now.Pools[i];
            yield return OfPool(pool.InCache, engine, i, Tag(EngineMetrics.StateTag, "cached"));
            yield return OfPool(pool.InRing + pool.InBackup, engine, i, Tag(EngineMetrics.StateTag, "free"));
            yield return OfPool(pool.InFlight, engine, i, Tag(EngineMetrics.StateTag, "in_use"));
        }
    }

    internal static IEnumerable<Measurement<long>> FailedRents(string engine, EngineStatistics now) =>
        now.Pools.Select((pool, index) => OfPool(pool.Exhausted, engine, index));

    internal static IEnumerable<Measurement<long>> HeldBack(string engine, EngineStatistics now) =>
        now.Pools.Select((pool, index) => OfPool(pool.HeldBack, engine, index));

    internal static IEnumerable<Measurement<long>> SlabChanges(string engine, EngineStatistics now)
    {
        for (int i = 0; i < now.Pools.Count; i++)
        {
            yield return OfPool(now.Pools[i].DirectInject, engine, i, Tag(EngineMetrics.ChangeTag, "injected"));
            yield return OfPool(now.Pools[i].SlabsSetFree, engine, i, Tag(EngineMetrics.ChangeTag, "set_free"));
        }
    }

    internal static IEnumerable<Measurement<int>> Links(string engine, EngineStatistics now) =>
        now.Ports.Select(port => new Measurement<int>(port.Link == LinkState.Up ? 1 : 0, Tag(EngineMetrics.EngineTag, engine), Tag(EngineMetrics.InterfaceTag, port.Name)));

    private static IEnumerable<Measurement<long>> Queues(
        string engine, EngineStatistics now, Func<QueueStatistics, long> read, params KeyValuePair<string, object?>[] more)
    {
        foreach (PortStatistics port in now.Ports)
        {
            foreach ((IReadOnlyList<QueueStatistics> queues, string direction) in new[] { (port.Receive, "receive"), (port.Transmit, "transmit") })
            {
                foreach (QueueStatistics queue in queues)
                {
                    yield return new(read(queue),
                    [
                        Tag(EngineMetrics.EngineTag, engine), Tag(EngineMetrics.InterfaceTag, port.Name),
                        Tag(EngineMetrics.DirectionTag, direction), Tag(EngineMetrics.QueueTag, queue.Queue), .. more,
                    ]);
                }
            }
        }
    }

    private static Measurement<T> OfWorker<T>(T value, string engine, WorkerStatistics worker, params KeyValuePair<string, object?>[] more)
        where T : struct => new(value, [Tag(EngineMetrics.EngineTag, engine), Tag(EngineMetrics.WorkerTag, worker.Index), .. more]);

    /// <summary>Causes as OpenTelemetry writes attribute values: lower case with underscores.</summary>
    private static KeyValuePair<string, object?> Cause(StallCount stalls) => Tag(EngineMetrics.CauseTag, stalls.Cause switch
    {
        StallCause.Collection => "collection",
        StallCause.PageFault => "page_fault",
        StallCause.Preemption => "preemption",
        StallCause.Stage => "stage",
        _ => "other",
    });

    private static Measurement<long> OfPool(long value, string engine, int pool, params KeyValuePair<string, object?>[] more) =>
        new(value, [Tag(EngineMetrics.EngineTag, engine), Tag(EngineMetrics.PoolTag, pool), .. more]);

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}
