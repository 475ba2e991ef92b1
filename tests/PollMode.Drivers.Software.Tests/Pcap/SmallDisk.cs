namespace PollMode.Drivers.Software.Tests.Pcap;

/// <summary>A file system of a few megabytes, gone with the test.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly string _mount;

    private SmallDisk()
    {
        _mount = _scratch["disk"];
        Directory.CreateDirectory(_mount);
    }

    internal string this[string name] => Path.Combine(_mount, name);

    internal static SmallDisk? TryMount(int megabytes)
    {
        var disk = new SmallDisk();
        if (Tool.Exists("mount") && Tool.Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "pollmode-test", disk._mount).ExitCode == 0)
        {
            return disk;
        }

        disk._scratch.Dispose();
        return null;
    }

    public void Dispose()
    {
        Tool.Run("umount", _mount);
        _scratch.Dispose();
    }
}
