namespace PollMode.Isolation.Hosting;

/// <summary>Where the data plane of a hosted engine runs, and what it is told. Bound from the key <c>Isolation</c> of the engine's section.</summary>
public sealed class IsolationOptions
{
    /// <summary>Where it runs.</summary>
    public IsolationMode Mode { get; set; }

    /// <summary>
    /// The library or the program. Empty for what the build puts beside the app: the assembly of the data plane's project, and the library of that name.
    /// </summary>
    public string Path { get; set; } = string.Empty;

    /// <summary>What the data plane's own code is told: <see cref="DataPlaneBuilder.Settings"/>.</summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
