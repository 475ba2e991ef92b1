using System.Diagnostics;
using System.Globalization;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>
/// Network namespaces joined by veth pairs, made for one test and taken away after it: "left" and "right" are hosts with a kernel's stack, the
/// "middle" has the ports. <c>left:l0 - middle:m0</c> and <c>middle:m1 - right:r0</c>.
/// </summary>
internal sealed class Testbed : IDisposable
{
    private static int _last;

    private readonly List<Process> _started = [];

    public Testbed(int queues = 1, int mtu = 1500)
    {
        Requires.Bpf();
        Requires.Tools("ip", "ethtool");
        int number = Interlocked.Increment(ref _last);
        Prefix = string.Create(CultureInfo.InvariantCulture, $"px{Environment.ProcessId}-{number}");
        RemoveStale();
        try
        {
            foreach (string space in (string[])[Left, Middle, Right])
            {
                Shell.Run($"ip netns add {space}");
                Shell.Run($"ip -n {space} link set lo up");
            }

            AddPair(Left, "l0", "m0", queues, mtu, 1);
            AddPair(Right, "r0", "m1", queues, mtu, 2);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Prefix { get; }

    public string Left => Prefix + "l";

    public string Middle => Prefix + "m";

    public string Right => Prefix + "r";

    /// <summary>Runs a command line in a namespace to its end.</summary>
    public static string In(string space, string commandLine, bool mayFail = false) =>
        mayFail ? Shell.TryRun($"ip netns exec {space} {commandLine}").Output : Shell.Run($"ip netns exec {space} {commandLine}");

    /// <summary>Starts a command line in a namespace; it is killed with the testbed at the latest.</summary>
    public Process Start(string space, string commandLine, out CommandOutput output)
    {
        Process process = Shell.Start($"ip netns exec {space} {commandLine}", out output);
        _started.Add(process);
        return process;
    }

    /// <summary>A counter of an interface, such as <c>rx_packets</c>.</summary>
    public static long Count(string space, string device, string counter) =>
        long.Parse(In(space, $"cat /sys/class/net/{device}/statistics/{counter}"), CultureInfo.InvariantCulture);

    public void Dispose()
    {
        foreach (Process process in _started)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }

            process.Dispose();
        }

        foreach (string space in (string[])[Left, Middle, Right])
        {
            _ = Shell.TryRun($"ip netns del {space}");
        }
    }

    /// <summary>Takes away what a killed run left behind.</summary>
    private static void RemoveStale()
    {
        foreach (string space in Shell.Run("ip netns list").Split('\n').Select(line => line.Split(' ')[0]).Where(name => name.StartsWith("px", StringComparison.Ordinal)))
        {
            if (int.TryParse(space[2..].Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int owner) && !Directory.Exists($"/proc/{owner}"))
            {
                _ = Shell.TryRun($"ip netns del {space}");
            }
        }
    }

    private void AddPair(string space, string host, string port, int queues, int mtu, int number)
    {
        string counts = $"numtxqueues {queues} numrxqueues {queues}";
        Shell.Run($"ip -n {space} link add {host} mtu {mtu} address 02:00:00:00:00:0{number} {counts} type veth peer name {port} netns {Middle} mtu {mtu} address 02:00:00:00:01:0{number} {counts}");

        // A veth hands frames over without checksums and in pieces of 64 KiB; a wire would not.
        In(space, $"ethtool -K {host} tx off tso off gso off gro off");
        In(Middle, $"ethtool -K {port} tx off tso off gso off gro off");

        // Quiet until the test speaks: no neighbour discovery of IPv6 by itself.
        In(Middle, $"sysctl -q -w net.ipv6.conf.{port}.disable_ipv6=1");
        In(space, $"sysctl -q -w net.ipv6.conf.{host}.disable_ipv6=1");
        Shell.Run($"ip -n {Middle} link set {port} up");
        Shell.Run($"ip -n {space} link set {host} up");
        Shell.Run($"ip -n {space} addr add 10.9.0.{number}/24 dev {host}");
    }
}
