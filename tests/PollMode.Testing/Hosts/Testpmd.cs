using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace PollMode.Testing;

/// <summary>DPDK's testpmd: with one memif port it sends back what it receives, with two it forwards from one to the other.</summary>
public sealed partial class Testpmd : IDisposable
{
    private static int _count;

    private readonly HostCommand _command;

    public Testpmd(string device, int queues = 1, string mode = "io", int mbufBytes = 2176)
        : this([device], queues, mode, mbufBytes)
    {
    }

    public Testpmd(string[] devices, int queues = 1, string mode = "io", int mbufBytes = 2176)
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root, to run dpdk-testpmd");
        HostRights.NeedProgram("dpdk-testpmd");
        string prefix = $"pm{Environment.ProcessId}x{Interlocked.Increment(ref _count)}";
        string q = queues.ToString(CultureInfo.InvariantCulture);

        // Without --no-flush-rx it throws away what arrives in its first moments.
        // stdbuf: into a pipe it would print nothing before it ends.
        string[] arguments =
        [
            "-oL", "dpdk-testpmd", "--no-pci", "--no-huge", "-m", "256", "--single-file-segments", "--no-telemetry", "--file-prefix", prefix,
            "--lcores", "0@0-1,1@0-1", .. devices.SelectMany((device, i) => new[] { "--vdev", $"net_memif{i},{device}" }), "--",
            "--no-mlockall", "--no-flush-rx", "--total-num-mbufs=8192", $"--mbuf-size={mbufBytes.ToString(CultureInfo.InvariantCulture)}", $"--rxq={q}", $"--txq={q}", $"--forward-mode={mode}",
            "--stats-period=1",
        ];
        _command = HostCommand.Start("stdbuf", arguments);
        if (!_command.WaitForOutput("start packet forwarding", TimeSpan.FromSeconds(30)))
        {
            string output = _command.Output;
            _command.Dispose();
            Assert.Fail(output);
        }
    }

    public string Output => _command.Output;

    /// <summary>What the kernel says of the arena that it has mapped; empty if it has none.</summary>
    public IReadOnlyList<string> ArenaPages
    {
        get
        {
            string[] lines = File.ReadAllLines($"/proc/{_command.Id.ToString(CultureInfo.InvariantCulture)}/smaps");
            int at = Array.FindIndex(lines, line => line.Contains("memfd:pollmode-arena", StringComparison.Ordinal));
            return at < 0 ? [] : lines[at..Math.Min(lines.Length, at + 24)];
        }
    }

    /// <summary>
    /// Waits until its port says that it has received so many, which it prints every second. It must still be connected then: a memif
    /// port forgets its counters with its peer.
    /// </summary>
    public bool WaitForReceived(long packets, TimeSpan timeout) =>
        SpinWait.SpinUntil(() => Counted().Matches(Output) is { Count: > 0 } counts && counts.Any(count => long.Parse(count.Groups[1].Value, CultureInfo.InvariantCulture) == packets), timeout);

    /// <summary>Ends it at once, as a crash would.</summary>
    public void Kill()
    {
        _command.Signal("KILL");
        _command.WaitForExit(TimeSpan.FromSeconds(30));
    }

    public void Dispose()
    {
        if (!_command.HasExited)
        {
            _command.Signal("INT");
            _command.WaitForExit(TimeSpan.FromSeconds(30));
        }

        _command.Dispose();
    }

    [GeneratedRegex(@"RX-packets:\s+(\d+)", RegexOptions.None, 1000)]
    private static partial Regex Counted();
}
