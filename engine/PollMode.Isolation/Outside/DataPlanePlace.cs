namespace PollMode.Isolation;

/// <summary>Where a data plane runs.</summary>
public sealed class DataPlanePlace
{
    private static readonly TimeSpan DefaultSilence = TimeSpan.FromSeconds(30);

    private readonly Func<RingMemory, IBorder> _connect;

    private DataPlanePlace(string text, Func<RingMemory, IBorder> connect)
    {
        Text = text;
        _connect = connect;
    }

    internal string Text { get; }

    /// <summary>In the app's own runtime: its collections stop the workers. For developing, and to compare.</summary>
    public static DataPlanePlace InThisRuntime<TPlane>()
        where TPlane : IDataPlane, new() => new("in the app's runtime", static _ => new LocalBorder(DataPlaneServer.Of<TPlane>()));

    /// <summary>In a native library that is loaded into the app's process, with a runtime of its own.</summary>
    /// <param name="path">The library that was published of the data plane's project.</param>
    public static DataPlanePlace InLibrary(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new($"in the library {path}", _ => new LibraryBorder(path));
    }

    /// <summary>In a process of its own, which the app starts, and which ends with the engine or the app.</summary>
    /// <param name="path">The program: the assembly that was built of the data plane's project, or what was published of it ahead of time.</param>
    /// <param name="silence">How long it may not answer before it is taken for dead and killed; null for half a minute, negative for ever.</param>
    public static DataPlanePlace InProcess(string path, TimeSpan? silence = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        TimeSpan longest = silence is { } given && given < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : silence ?? DefaultSilence;
        return new($"in a process of {path}", memory => new ProcessBorder(path, memory, longest));
    }

    /// <summary>Where it is, for logs.</summary>
    public override string ToString() => Text;

    internal IBorder Connect(RingMemory memory) => _connect(memory);
}
