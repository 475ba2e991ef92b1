namespace PollMode.Isolation;

/// <summary>Puts a data plane together: its drivers, its stages, and the taps by which frames reach the app.</summary>
public sealed class DataPlaneBuilder
{
    private readonly List<FrameTap> _taps = [];
    private Action<PipelineBuilder>? _pipeline;

    internal DataPlaneBuilder(IReadOnlyDictionary<string, string> settings) => Settings = settings;

    /// <summary>The drivers and decorators that port specs may name.</summary>
    public DriverRegistry Drivers { get; } = new();

    /// <summary>What the app wants to tell the data plane's own code.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    internal IReadOnlyList<FrameTap> Taps => _taps;

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

        if (ringBytes is < 4096 or > 1 << 30 || sampleEvery < 1)
        {
            throw new PollModeException($"The tap '{name}' has a ring of {ringBytes} bytes and takes one frame of {sampleEvery}; choose 4096 bytes to 1 GiB, and 1 or more.");
        }

        var tap = new FrameTap(name, ringBytes, sampleEvery);
        _taps.Add(tap);
        return tap;
    }

    internal void BuildPipeline(PipelineBuilder builder) => _pipeline?.Invoke(builder);
}
