using System.Diagnostics;
using System.Globalization;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>
/// Network namespaces joined by veth pairs, made for one test and taken away after it: "left" and "right" are hosts with a kernel's stack, the
/// "middle" has the ports. <c>left:l0 - middle:m0</c> and <c>middle:m1 - right:r0</c>.
/// </summary>
/// <remarks>On a machine with devices to spare that are wired to each other, such as a guest, POLLMODE_TEST_DEVICES names them in the order l0, m0, r0, m1.</remarks>
internal sealed class Testbed : IDisposable
{
    private static readonly string[] Devices = (Environment.GetEnvironmentVariable("POLLMODE_TEST_DEVICES") ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries);
    private static int _last;

    private readonly List<Process> _started = [];
    private readonly List<(string Space, string Name, string Device)> _borrowed = [];

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

            Join(Left, "l0", "m0", queues, mtu, 1);
            Join(Right, "r0", "m1", queues, mtu, 2);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether the devices are veth pairs. Others are the machine's own, and have zero copy.</summary>
    public static bool IsVeth => Devices.Length == 0;

    public string Prefix { get; }

    /// <summary>Keys of a port spec that say where the device is, and that it must have zero copy where it can.</summary>
    public string Keys => $"netns={Middle}{(IsVeth ? string.Empty : ",zero_copy=require")}";

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

    /// <summary>Sends frames of 74 bytes from the left host to the port, one every 20 microseconds. trafgen does.</summary>
    public void SendFrames(int count)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "{ 0x02,0,0,0,1,1, 0x02,0,0,0,0,1, 0x88,0xb5, fill(0x5a, 60) }\n");
        In(Left, $"trafgen --dev l0 --conf {file} --num {count} --cpus 1 --gap 20us");
        File.Delete(file);
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

        foreach ((string space, string name, string device) in _borrowed)
        {
            _ = Shell.TryRun($"ip -n {space} link set {name} down netns {Environment.ProcessId} name {device}");
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

    private void Join(string space, string host, string port, int queues, int mtu, int number)
    {
        if (IsVeth)
        {
            string counts = $"numtxqueues {queues} numrxqueues {queues}";
            Shell.Run($"ip -n {space} link add {host} mtu {mtu} address 02:00:00:00:00:0{number} {counts} type veth peer name {port} netns {Middle} mtu {mtu} address 02:00:00:00:01:0{number} {counts}");
        }
        else
        {
            Borrow(space, host, mtu, $"02:00:00:00:00:0{number}");
            Borrow(Middle, port, mtu, $"02:00:00:00:01:0{number}");
        }

        // The kernel hands frames over without checksums and in pieces of 64 KiB; a wire would not.
        In(space, $"ethtool -K {host} tx off tso off gso off gro off");
        In(Middle, $"ethtool -K {port} tx off tso off gso off gro off");

        // Quiet until the test speaks: no neighbour discovery of IPv6 by itself.
        In(Middle, $"sysctl -q -w net.ipv6.conf.{port}.disable_ipv6=1");
        In(space, $"sysctl -q -w net.ipv6.conf.{host}.disable_ipv6=1");
        Shell.Run($"ip -n {Middle} link set {port} up");
        Shell.Run($"ip -n {space} link set {host} up");
        Shell.Run($"ip -n {space} addr add 10.9.0.{number}/24 dev {host}");
        WaitForCarrier(space, host);
        WaitForCarrier(Middle, port);
    }

    /// <summary>Takes the machine's next device for one end of a wire.</summary>
    private void Borrow(string space, string name, int mtu, string address)
    {
        Assert.SkipUnless(_borrowed.Count < Devices.Length, "needs more devices in POLLMODE_TEST_DEVICES");
        string device = Devices[_borrowed.Count];
        _borrowed.Add((space, name, device));
        Shell.Run($"ip link set {device} down netns {space} name {name}");
        Shell.Run($"ip -n {space} link set {name} mtu {mtu} address {address}");
    }

    private static void WaitForCarrier(string space, string name) =>
        FaultTests.WaitUntil(() => Shell.Run($"ip -n {space} link show {name}").Contains("LOWER_UP", StringComparison.Ordinal));
}
