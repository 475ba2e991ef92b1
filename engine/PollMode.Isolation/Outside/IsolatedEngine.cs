using System.Text.Json;

namespace PollMode.Isolation;

/// <summary>
/// An engine whose drivers, stages and workers live in a native library with a runtime and a heap of its own, loaded into the app's
/// process: the app's collections do not suspend its threads. Used like <see cref="Engine"/>, with the same options and statistics.
/// </summary>
/// <remarks>
/// The library is a project with <c>PollModeDataPlane</c> set to true, whose exported method <see cref="DataPlane.EntryPoint"/> calls
/// <see cref="DataPlane.Define"/>, published with <c>-p:PublishAot=true</c>. Frames reach the app by <see cref="OpenTap"/>. Methods are called by one thread
/// at a time; statistics are read from any.
/// </remarks>
public sealed class IsolatedEngine : IDisposable
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(20);

    private readonly DataPlaneLibrary _library;
    private readonly EngineOptions _options;
    private readonly nint _session;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly List<IsolatedTap> _taps = [];
    private CpuReservation? _reservation;
    private SessionStatistics? _final;

    /// <summary>Loads the library and makes an engine in it; nothing is opened yet.</summary>
    /// <param name="library">Path of the published library.</param>
    /// <param name="options">The configuration. Borrowed, and copied into the data plane now.</param>
    /// <param name="settings">What the data plane's own code is told; may be null.</param>
    /// <exception cref="PollModeException">The library cannot be loaded, or the options contradict themselves.</exception>
    public IsolatedEngine(string library, EngineOptions options, IReadOnlyDictionary<string, string>? settings = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(library);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _library = new DataPlaneLibrary(library);
        _session = _library.Create(JsonSerializer.SerializeToUtf8Bytes(
            new SessionRequest { Options = options, Settings = settings?.ToDictionary(StringComparer.Ordinal) ?? [], ReservedCpus = [.. CpuReservation.Reserved] },
            BorderJson.Default.SessionRequest));
    }

    /// <summary>The engine's name.</summary>
    public string Name => _options.Name;

    /// <summary>
    /// Whether the app's threads, the collector's among them, are kept off <see cref="EngineOptions.Cores"/> while the engine is open; see
    /// <see cref="CpuReservation"/>. On unless said otherwise. Set before <see cref="Open"/>.
    /// </summary>
    public bool KeepsAppOffCores { get; set; } = true;

    /// <summary>Where the engine is in its life.</summary>
    public EngineState State => _final != null ? EngineState.Closed : _library.State(_session).State;

    /// <summary>Completes when every source has ended and all its packets have left, or fails when a worker ended because of a fault.</summary>
    public Task Completion => _completion.Task;

    /// <summary>All counters. From any thread; after <see cref="Dispose"/> those of its end.</summary>
    public EngineStatistics Statistics => Read().Engine;

    /// <summary>What the data plane's own runtime has collected. The app's collections are not among it.</summary>
    public RuntimeStatistics Runtime => Read().Runtime;

    /// <summary>Probes the ports, takes memory, opens the ports and their queues.</summary>
    /// <exception cref="PollModeException">Something cannot be opened; whatever was opened before it has been closed.</exception>
    public void Open()
    {
        _library.Open(_session);
        _reservation = CpuReservation.Take(KeepsAppOffCores && _options.Cores.Length > 0 ? CpuList.Parse(_options.Cores) : []);
    }

    /// <summary>Starts the workers.</summary>
    public void Start()
    {
        _library.Start(_session);
        _ = WatchAsync();
    }

    /// <summary>Stops receiving from live queues and goes on with what is inside.</summary>
    public void StopReceiving() => _library.StopReceiving(_session);

    /// <summary>Stops receiving, sends what is inside, and joins the workers.</summary>
    /// <param name="timeout">How long to wait for packets inside the engine; what is left then is freed and counted.</param>
    /// <returns>True if everything had left in time.</returns>
    public bool Stop(TimeSpan timeout)
    {
        bool drained = _final != null || _library.Stop(_session, timeout);
        _completion.TrySetResult();
        return drained;
    }

    /// <summary>What happened since the last call, one line each: memory, ports and workers at the start, then faults and links.</summary>
    public IReadOnlyList<string> TakeEvents()
    {
        lock (_gate)
        {
            return _final != null ? [] : JsonSerializer.Deserialize(_library.Events(_session), BorderJson.Default.ListString)!;
        }
    }

    /// <summary>Gives the app's side of a tap that the data plane made. Disposed with the engine.</summary>
    /// <param name="name">The name that the data plane gave it.</param>
    /// <exception cref="PollModeException">There is no such tap.</exception>
    /// <exception cref="InvalidOperationException">The engine is not open, or the tap was opened before.</exception>
    public IsolatedTap OpenTap(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (State is EngineState.Created or EngineState.Closed)
        {
            throw new InvalidOperationException($"A tap can be opened while the engine is open, and it is {State}.");
        }

        if (_taps.Exists(tap => tap.Name == name))
        {
            throw new InvalidOperationException($"The tap '{name}' has been opened already; it has one reader.");
        }

        var tap = new IsolatedTap(name, _library.Tap(_session, name));
        _taps.Add(tap);
        return tap;
    }

    /// <summary>Stops if need be, closes the taps and the ports, and lets the app's threads run on all cores again.</summary>
    public void Dispose()
    {
        if (_final != null)
        {
            return;
        }

        Stop(TimeSpan.FromSeconds(1));
        _closing.Cancel();

        // The rings are freed with the session: nobody may read them any more.
        foreach (IsolatedTap tap in _taps)
        {
            tap.Close();
        }

        lock (_gate)
        {
            _final = Read();
            _library.Dispose(_session);
        }

        _reservation?.Dispose();
        _closing.Dispose();
    }

    private SessionStatistics Read()
    {
        lock (_gate)
        {
            return _final ?? JsonSerializer.Deserialize(_library.Statistics(_session), BorderJson.Default.SessionStatistics)!;
        }
    }

    private async Task WatchAsync()
    {
        CancellationToken closing = _closing.Token;
        using var timer = new PeriodicTimer(LookPeriod);
        try
        {
            while (await timer.WaitForNextTickAsync(closing))
            {
                lock (_gate)
                {
                    if (_final != null)
                    {
                        return;
                    }

                    (_, bool completed, Exception? fault) = _library.State(_session);
                    if (fault != null)
                    {
                        _completion.TrySetException(fault);
                    }
                    else if (completed)
                    {
                        _completion.TrySetResult();
                    }

                    if (completed || fault != null)
                    {
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The engine was disposed.
        }
    }
}
