namespace PollMode.EndToEnd;

/// <summary>A folder that is gone afterwards; in memory where there is /dev/shm, so that no disk is measured.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const string InMemory = "/dev/shm";

    internal TemporaryFolder()
    {
        Path = System.IO.Path.Combine(Directory.Exists(InMemory) ? InMemory : System.IO.Path.GetTempPath(), $"pollmode-{Environment.ProcessId}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path);
    }

    internal string Path { get; }

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
