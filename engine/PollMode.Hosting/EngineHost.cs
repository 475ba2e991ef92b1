using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PollMode.Hosting;

/// <summary>
/// The life of one engine inside the host's. Starting: probe, allocate, open. Started: run. Stopping: stop receiving, while the services
/// that consume still live. Stop: drain and join. Stopped: return buffers, report leaks, close.
/// </summary>
internal sealed class EngineHost : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan LongestDrain = TimeSpan.FromDays(1);

    private readonly EngineHostOptions _options;
    private readonly HostOptions _hostOptions;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly EngineMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _stoppingSince;
    private volatile bool _stopping;

    internal EngineHost(
        Func<EngineObserver, IEngine> make,
        EngineHostOptions options,
        HostOptions hostOptions,
        IHostApplicationLifetime lifetime,
        EngineMetrics metrics,
        TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _hostOptions = hostOptions;
        _lifetime = lifetime;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        Engine = make(new HostedEngineObserver(logger, WorkerFaulted));
        HealthCheck = new EngineHealthCheck(Engine, time);
    }

    internal IEngine Engine { get; }

    internal EngineHealthCheck HealthCheck { get; }

    /// <summary>Also when the host failed to start: whatever is open is closed.</summary>
    public void Dispose()
    {
        _metrics.Remove(Engine);
        Engine.Dispose();
    }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        Engine.Open();
        _metrics.Add(Engine);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Engine.Start();
        _ = WatchCompletionAsync();
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        _stoppingSince = _time.GetTimestamp();
        Engine.StopReceiving();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(Drain, CancellationToken.None);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.Run(Dispose, CancellationToken.None);

    private void Drain()
    {
        TimeSpan timeout = DrainTime();
        if (!Engine.Stop(timeout))
        {
            EngineLog.NotDrained(_logger, Engine.Name, timeout.TotalSeconds);
        }
    }

    /// <summary>What is left of the host's shutdown time, less a tenth in which to join and close.</summary>
    private TimeSpan DrainTime()
    {
        if (_options.DrainTimeout is { } own)
        {
            return Clamp(own);
        }

        TimeSpan all = _hostOptions.ShutdownTimeout;
        return all < TimeSpan.Zero ? LongestDrain : Clamp((all * 0.9) - (_stopping ? _time.GetElapsedTime(_stoppingSince) : TimeSpan.Zero));
    }

    private static TimeSpan Clamp(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time > LongestDrain ? LongestDrain : time;

    /// <summary>On the engine's monitor thread.</summary>
    private void WorkerFaulted(Exception fault)
    {
        if (_options.StopHostOnFault && !_stopping)
        {
            Environment.ExitCode = _options.FaultExitCode;
            StopHost("a worker has ended because of a fault");
        }
    }

    private async Task WatchCompletionAsync()
    {
        try
        {
            await Engine.Completion;
        }
#pragma warning disable CA1031 // The observer has heard of it already.
        catch (Exception)
#pragma warning restore CA1031
        {
            return;
        }

        if (!_stopping)
        {
            EngineLog.Completed(_logger, Engine.Name);
            if (_options.StopHostWhenCompleted)
            {
                StopHost("every source has ended");
            }
        }
    }

    private void StopHost(string reason)
    {
        EngineLog.StopsHost(_logger, Engine.Name, reason);

        // Not on the engine's own threads: what is registered for the host's stop may wait for the engine to stop.
        _ = Task.Run(_lifetime.StopApplication);
    }
}
