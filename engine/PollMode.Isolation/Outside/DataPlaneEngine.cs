using System.Text;

namespace PollMode.Isolation;

/// <summary>
/// An engine whose drivers, stages and workers live in a data plane (<see cref="IDataPlane"/>): in a native library with a runtime of its own, in a process of its
/// own, or in this runtime. In the first two the app's collections do not suspend its threads. Used like <see cref="Engine"/>, with
/// the same options, observer and statistics.
/// </summary>
/// <remarks>Methods are called by one thread at a time; statistics are read, and commands given, from any.</remarks>
public sealed partial class DataPlaneEngine : IEngine
{
    private static readonly byte[] Nothing = [];

    private readonly EngineOptions _options;
    private readonly EngineObserver? _observer;
    private readonly RingMemory _memory;
    private readonly IBorder _border;
    private readonly long _session;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, DataPlaneTap> _taps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DataPlaneLink> _links = new(StringComparer.Ordinal);
    private readonly Lock _closing = new();
    private CpuReservation? _reservation;
    private EngineStatistics? _last;
    private volatile bool _closed;

    /// <summary>Reaches the data plane and makes an engine in it; nothing is opened yet.</summary>
    /// <param name="place">Where the data plane runs.</param>
    /// <param name="options">The configuration. Borrowed, and copied into the data plane now.</param>
    /// <param name="settings">What the data plane's own code is told; may be null.</param>
    /// <param name="observer">Hears what happens, shortly after it did; may be null.</param>
    /// <exception cref="PollModeException">The data plane cannot be reached, or the options contradict themselves.</exception>
    public DataPlaneEngine(DataPlanePlace place, EngineOptions options, IReadOnlyDictionary<string, string>? settings = null, EngineObserver? observer = null)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(options);
        Place = place;
        _options = options;
        _observer = observer;
        _memory = RingMemory.Create();
        try
        {
            _border = place.Connect(_memory);
            _session = BorderJson.Read(_border.Ask(BorderVerb.Create, 0, BorderJson.Write(Request(settings), BorderJson.Default.SessionRequest)), BorderJson.Default.Int64);
        }
        catch
        {
            _border?.Dispose();
            _memory.Dispose();
            throw;
        }

        _watcher = new Thread(Watch, 1 << 18) { Name = $"{Name}-events", IsBackground = true };
        _watcher.Start();
    }

    /// <summary>Where the data plane runs.</summary>
    public DataPlanePlace Place { get; }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <summary>Where the engine is in its life. A data plane whose process has ended by itself is <see cref="EngineState.Closed"/>.</summary>
    public EngineState State
    {
        get
        {
            var state = EngineState.Closed;
            lock (_closing)
            {
                if (!_closed)
                {
                    UnlessLost(() => state = (EngineState)BorderJson.Read(Ask(BorderVerb.State), BorderJson.Default.Int64));
                }
            }

            return state;
        }
    }

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <summary>All counters. From any thread; after <see cref="Dispose"/> those of its end, and of a process that ended by itself those that were read last.</summary>
    public EngineStatistics Statistics
    {
        get
        {
            lock (_closing)
            {
                if (!_closed)
                {
                    UnlessLost(() => _last = BorderJson.Read(Ask(BorderVerb.Statistics), BorderJson.Default.EngineStatistics));
                }

                return _last ?? new EngineStatistics { Ports = [], Workers = [], Pools = [] };
            }
        }
    }

    /// <inheritdoc/>
    public void Open()
    {
        try
        {
            Ask(BorderVerb.Open);
        }
        finally
        {
            TellEvents();
        }

        _reservation = CpuReservation.Take(_options.KeepOthersOffCores && _options.Cores.Length > 0 ? CpuList.Parse(_options.Cores) : []);
    }

    /// <inheritdoc/>
    public void Start()
    {
        Ask(BorderVerb.Start);
        TellEvents();
    }

    /// <inheritdoc/>
    public void StopReceiving()
    {
        if (!_closed)
        {
            UnlessLost(() => Ask(BorderVerb.StopReceiving));
        }
    }

    /// <inheritdoc/>
    public bool Stop(TimeSpan timeout)
    {
        if (_closed)
        {
            return true;
        }

        bool drained = false;
        UnlessLost(() =>
        {
            byte[] milliseconds = BorderJson.Write((long)timeout.TotalMilliseconds, BorderJson.Default.Int64);
            drained = BorderJson.Read(_border.Ask(BorderVerb.Stop, _session, milliseconds), BorderJson.Default.Boolean);
            TellEvents();
        });
        _completion.TrySetResult();
        return drained;
    }

    /// <summary>Gives the app's side of a tap that the data plane made: the same each time. Disposed with the engine.</summary>
    /// <param name="name">The name that the data plane gave it.</param>
    /// <exception cref="PollModeException">There is no such tap.</exception>
    /// <exception cref="InvalidOperationException">The engine is not open.</exception>
    public DataPlaneTap OpenTap(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        lock (_taps)
        {
            if (!_taps.TryGetValue(name, out DataPlaneTap? tap))
            {
                List<RingPlace> places = BorderJson.Read(_border.Ask(BorderVerb.Tap, _session, Encoding.UTF8.GetBytes(name)), BorderJson.Default.ListRingPlace);
                _taps[name] = tap = new DataPlaneTap(name, new FramePump(name, Map(places)));
            }

            return tap;
        }
    }

    /// <summary>Gives the app's side of an app port: the same each time. Disposed with the engine.</summary>
    /// <param name="name">The device part of its spec: of <c>app:slow</c>, slow.</param>
    /// <exception cref="PollModeException">There is no such port.</exception>
    /// <exception cref="InvalidOperationException">The engine is not open.</exception>
    public DataPlaneLink OpenLink(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        lock (_taps)
        {
            if (!_links.TryGetValue(name, out DataPlaneLink? link))
            {
                LinkPlaces places = BorderJson.Read(_border.Ask(BorderVerb.Link, _session, Encoding.UTF8.GetBytes(name)), BorderJson.Default.LinkPlaces);
                _links[name] = link = new DataPlaneLink(name, new FramePump(name, Map(places.ToApp)), _memory.Map(places.FromApp), places.MostBytes);
            }

            return link;
        }
    }

    /// <summary>Gives a command that the data plane's own code knows (<see cref="DataPlaneBuilder.AddCommand"/>), and waits for the answer. From any thread.</summary>
    /// <exception cref="PollModeException">There is no such command, or it failed; the message is the data plane's.</exception>
    public string Command(string name, string argument = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(argument);
        return Encoding.UTF8.GetString(_border.Ask(BorderVerb.Command, _session, BorderJson.Write(new CommandRequest(name, argument), BorderJson.Default.CommandRequest)));
    }

    /// <summary>Stops if need be, closes ports, taps and links, and lets the app's threads run on all cores again.</summary>
    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        Stop(TimeSpan.FromSeconds(1));
        _reservation?.Dispose();
        End();
        foreach (DataPlaneTap tap in _taps.Values)
        {
            tap.Close();
        }

        foreach (DataPlaneLink link in _links.Values)
        {
            link.Close();
        }

        _border.Dispose();
        _memory.Dispose();
    }

    private byte[] Ask(BorderVerb verb) => _border.Ask(verb, _session, Nothing);

    private FrameRing[] Map(List<RingPlace> places) => [.. places.Select(_memory.Map)];

    private SessionRequest Request(IReadOnlyDictionary<string, string>? settings) => new()
    {
        Options = _options,
        Settings = settings?.ToDictionary(StringComparer.Ordinal) ?? [],
        ReservedCpus = [.. CpuReservation.Reserved],
        RingDescriptor = _memory.Descriptor,
    };

    /// <summary>Closes the engine inside. Its last words and counters come with the reply.</summary>
    private void End()
    {
        SessionEnd? end = null;
        lock (_closing)
        {
            UnlessLost(() => end = BorderJson.Read(Ask(BorderVerb.Dispose), BorderJson.Default.SessionEnd));
            _last = end?.Statistics ?? _last;
            _closed = true;
        }

        // The watcher is told that there is no such engine any more, unless it is the watcher who closes it.
        if (Thread.CurrentThread != _watcher)
        {
            _watcher.Join();
        }

        Tell(end?.Events ?? []);
    }

    /// <summary>Does something unless the other side has gone by itself, or does so meanwhile: there is nothing left to stop or close then.</summary>
    private void UnlessLost(Action ask)
    {
        try
        {
            if (!_border.Lost.IsFaulted)
            {
                ask();
            }
        }
        catch (PollModeException) when (_border.Lost.IsFaulted)
        {
            // Completion and observer have it.
        }
    }
}
