namespace PollMode.Testing;

/// <summary>A network namespace of a test's own, with loopback up; deleted at its end with everything in it.</summary>
public sealed class HostNamespace : IDisposable
{
    private static int _count;

    public HostNamespace(string label)
    {
        Name = $"pm{Environment.ProcessId}-{label}{Interlocked.Increment(ref _count)}";
        HostCommand.Must("ip", "netns", "add", Name);
        Ip("link", "set", "dev", "lo", "up");
    }

    public string Name { get; }

    /// <summary>Runs <c>ip</c> inside; must succeed.</summary>
    public string Ip(params string[] arguments) => HostCommand.Must("ip", ["-n", Name, .. arguments]);

    /// <summary>Runs a program inside to its end.</summary>
    public (int ExitCode, string Output) Run(string program, params string[] arguments) => HostCommand.Run("ip", ["netns", "exec", Name, program, .. arguments]);

    /// <summary>Starts a program inside.</summary>
    public HostCommand Start(string program, params string[] arguments) => HostCommand.Start("ip", ["netns", "exec", Name, program, .. arguments]);

    /// <summary>Sets a kernel parameter inside.</summary>
    public void Sysctl(string key, string value) => _ = Run("sysctl", "-qw", $"{key}={value}");

    /// <summary>Switches IPv6 off inside, so that the kernel sends nothing by itself.</summary>
    public void Silence()
    {
        Sysctl("net.ipv6.conf.all.disable_ipv6", "1");
        Sysctl("net.ipv6.conf.default.disable_ipv6", "1");
    }

    /// <summary>Connects two namespaces by a veth pair without addresses, both ends up.</summary>
    public void Connect(string name, HostNamespace other, string otherName)
    {
        ArgumentNullException.ThrowIfNull(other);
        Ip("link", "add", name, "type", "veth", "peer", "name", otherName, "netns", other.Name);
        Ip("link", "set", "dev", name, "up");
        other.Ip("link", "set", "dev", otherName, "up");
    }

    public void Dispose() => _ = HostCommand.Run("ip", "netns", "del", Name);
}
