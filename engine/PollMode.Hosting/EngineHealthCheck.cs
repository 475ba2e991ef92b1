using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace PollMode.Hosting;

/// <summary>
/// Unhealthy (or whatever the registration says): the engine does not run, a worker has ended, or one has not turned since the last look.
/// Degraded: a link is down, a pool ran out of buffers since the last look, or one that wants to grow cannot.
/// </summary>
internal sealed class EngineHealthCheck(IEngine engine, TimeProvider time) : IHealthCheck
{
    /// <summary>A worker may sleep or block for a moment; looks that follow each other faster say nothing about it.</summary>
    internal static readonly TimeSpan ShortestLook = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long[] _turns = [];
    private long[] _exhausted = [];
    private long _lookedAt;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return Task.FromResult(Look(context.Registration.FailureStatus));
        }
    }

    private HealthCheckResult Look(HealthStatus failure)
    {
        if (engine.State != EngineState.Running)
        {
            return new HealthCheckResult(failure, $"Engine '{engine.Name}' is {engine.State}, not running.");
        }

        EngineStatistics now = engine.Statistics;
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["rx_packets"] = now.RxPackets,
            ["tx_packets"] = now.TxPackets,
            ["pool_in_flight"] = now.PoolInFlight,
        };
        List<string> dead = [.. FindDead(now)];
        List<string> poor = [.. FindPoor(now)];
        Remember(now);
        return dead.Count > 0 ? new HealthCheckResult(failure, string.Join(" ", dead.Concat(poor)), data: data)
            : poor.Count > 0 ? HealthCheckResult.Degraded(string.Join(" ", poor), data: data)
            : HealthCheckResult.Healthy($"{now.Workers.Count} worker(s) turn.", data);
    }

    private IEnumerable<string> FindDead(EngineStatistics now)
    {
        bool judge = _turns.Length == now.Workers.Count && time.GetElapsedTime(_lookedAt) >= ShortestLook;
        foreach (WorkerStatistics worker in now.Workers)
        {
            if (worker.State is WorkerState.Faulted or WorkerState.Stopped)
            {
                yield return $"Worker {worker.Index} has ended: {worker.State}.";
            }
            else if (judge && worker.Turns == _turns[worker.Index])
            {
                yield return $"Worker {worker.Index} has not turned since the last look: a stage may hang.";
            }
        }
    }

    private IEnumerable<string> FindPoor(EngineStatistics now)
    {
        foreach (PortStatistics port in now.Ports.Where(port => port.Link != LinkState.Up))
        {
            yield return $"The link of port {port.Index} ({port.Name}) is {port.Link}.";
        }

        if (now.GrowthFault is { } fault)
        {
            yield return $"A pool cannot grow: {fault}";
        }

        for (int i = 0; i < now.Pools.Count; i++)
        {
            long since = now.Pools[i].Exhausted - (i < _exhausted.Length ? _exhausted[i] : 0);
            if (since > 0)
            {
                yield return $"The pool of worker {i} was short of {since} buffers since the last look; {now.Pools[i].InFlight} of {now.Pools[i].Capacity} are out.";
            }
        }
    }

    private void Remember(EngineStatistics now)
    {
        _exhausted = [.. now.Pools.Select(pool => pool.Exhausted)];
        if (_turns.Length != now.Workers.Count || time.GetElapsedTime(_lookedAt) >= ShortestLook)
        {
            _turns = [.. now.Workers.Select(worker => worker.Turns)];
            _lookedAt = time.GetTimestamp();
        }
    }
}
