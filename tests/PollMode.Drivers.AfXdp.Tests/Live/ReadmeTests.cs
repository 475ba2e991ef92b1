namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>The commands of the driver's README do what it says, as they are written there.</summary>
public sealed class ReadmeTests
{
    private const string Run = "dotnet run --project examples/Forwarder -c Release --";

    [Fact]
    public void The_forwarder_joins_two_hosts()
    {
        Requires.Bpf();
        Requires.Tools("unshare", "mount", "ip", "ethtool", "ping");
        string forwarder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Forwarder", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "Forwarder"));
        Assert.SkipUnless(File.Exists(forwarder), $"needs {forwarder}: build examples/Forwarder");
        string[] lines = [.. File.ReadLines(Path.Combine(FindRepository(), "drivers/PollMode.Drivers.AfXdp/README.md")).SkipWhile(line => !line.StartsWith("    ip netns add", StringComparison.Ordinal)).TakeWhile(line => line.StartsWith("    ", StringComparison.Ordinal))];
        Assert.Contains(lines, line => line.Contains(Run, StringComparison.Ordinal));

        // In namespaces of its own, so that its short names meet nobody's and all goes with the last process. What is built already is run. Questions
        // that are asked before the forwarder is there may be lost: ping ends with the fifth answer.
        string script = Path.GetTempFileName();
        File.WriteAllText(script, $"mkdir -p /run/netns && mount -t tmpfs none /run/netns\n{string.Join('\n', lines).Replace(Run, forwarder, StringComparison.Ordinal)}\nkill -TERM %1\nwait %1\n");
        (int code, string output) = Shell.TryRun($"unshare --net --mount bash -m {script}");
        File.Delete(script);
        Assert.True(code == 0, output);
        Assert.Contains(" 5 received", output, StringComparison.Ordinal);
        Assert.Contains("dropped 0 in", output, StringComparison.Ordinal);
        Assert.Contains(" 0 not home", output, StringComparison.Ordinal);
    }

    private static string FindRepository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder != null && !File.Exists(Path.Combine(folder.FullName, "PollMode.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run in the repository's artifacts");
    }
}
