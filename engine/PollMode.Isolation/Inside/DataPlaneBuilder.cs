namespace PollMode.Isolation;

/// <summary>Puts a data plane together: its drivers, its stages, and its ways to the app.</summary>
public sealed class DataPlaneBuilder
{
    private const int LeastRing = 4096;
    private const int MostRing = 1 << 30;

    private readonly List<FrameTap> _taps = [];
    private readonly Dictionary<string, Func<string, string>> _commands = new(StringComparer.Ordinal);
    private readonly RingMemory _memory;
    private Action<PipelineBuilder>? _pipeline;

    internal DataPlaneBuilder(IReadOnlyDictionary<string, string> settings, RingMemory memory)
    {
        Settings = settings;
        _memory = memory;
        AppDriver = new AppDriver(memory);
        Drivers.Add(AppDriver);
    }

    /// <summary>The drivers and decorators that port specs may name. One is there already: <c>app</c>, a port whose other side is the app.</summary>
    public DriverRegistry Drivers { get; } = new();

    /// <summary>What the app wants to tell the data plane's own code.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    internal AppDriver AppDriver { get; }

    internal IReadOnlyList<FrameTap> Taps => _taps;

    internal IReadOnlyDictionary<string, Func<string, string>> Commands => _commands;

    /// <summary>Adds stages behind those added before. Called once for each worker when the engine opens.</summary>
    public DataPlaneBuilder UsePipeline(Action<PipelineBuilder> pipeline)
    {
        _pipeline += pipeline;
        return this;
    }

    /// <summary>Makes a tap that the app can read by name. Its <see cref="FrameTap.CreateStage"/> goes into the pipeline.</summary>
    /// <param name="name">Name in the app.</param>
    /// <param name="ringBytes">Bytes that may wait for the app for each worker, rounded up to a power of two: 4096 to 1 GiB.</param>
    /// <param name="sampleEvery">Of so many frames one is copied: 1 for all.</param>
    /// <exception cref="PollModeException">The name is taken or a number out of range.</exception>
    public FrameTap AddTap(string name, int ringBytes = 1 << 20, int sampleEvery = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (_taps.Exists(tap => tap.Name == name))
        {
            throw new PollModeException($"The data plane has a tap '{name}' already; give the second a name of its own.");
        }

        if (ringBytes is < LeastRing or > MostRing || sampleEvery < 1)
        {
            throw new PollModeException($"The tap '{name}' has a ring of {ringBytes} bytes and takes one frame of {sampleEvery}; choose {LeastRing} bytes to 1 GiB, and 1 or more.");
        }

        var tap = new FrameTap(name, ringBytes, sampleEvery, _memory);
        _taps.Add(tap);
        return tap;
    }

    /// <summary>
    /// Makes a command that the app can give by name: a small change of the data plane's own state, or a question about it. It runs on a
    /// thread of the app's asking, beside the workers: what they read, it must replace in one store, and not change in place.
    /// </summary>
    /// <param name="name">Name in the app.</param>
    /// <param name="answer">Takes what the app says and answers it, as text. What it throws reaches the app.</param>
    /// <exception cref="PollModeException">The name is taken.</exception>
    public DataPlaneBuilder AddCommand(string name, Func<string, string> answer)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(answer);
        return _commands.TryAdd(name, answer)
            ? this
            : throw new PollModeException($"The data plane has a command '{name}' already; give the second a name of its own.");
    }

    internal void BuildPipeline(PipelineBuilder builder) => _pipeline?.Invoke(builder);
}
