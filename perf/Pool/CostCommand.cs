using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace PollMode.Pool;

/// <summary>
/// Rent and return beside DPDK's mempool, one core each, in turn: the library under the same loop, compiled as the distribution compiled
/// dpdk-test and for this very machine, and dpdk-test's own mempool_perf_autotest.
/// </summary>
internal static partial class CostCommand
{
    /// <summary>Objects kept: as many as the test keeps at most, and as its cache holds.</summary>
    private const int Keep = 512;
    private const int Rounds = 5;

    /// <summary>dpdk-test takes five seconds for each of its hundreds of cases; so many times less will do.</summary>
    private const int Shorter = 40;

    private static readonly int[] Bulks = [1, 8, 32, 64, 512];

    internal static void Run(double seconds)
    {
        Console.WriteLine(Report.Machine());
        using var peer = new DpdkPeer();
        if (!peer.IsThere)
        {
            Console.WriteLine("DPDK cannot be compiled against (apt-get install libdpdk-dev dpdk-dev gcc pkg-config): ours alone.");
        }

        Dictionary<int, double> autotest = peer.IsThere ? Autotest(peer) : [];
        Console.WriteLine($"million buffers per second, got and put, one core, {Keep} kept; {Rounds} rounds of {seconds} s in turn; DPDK {peer.Version}");
        Report.Head("bulk", "PollMode", "rte_mempool, as dpdk-test is compiled", "ratio", "rte_mempool, for this machine", "ratio", "mempool_perf_autotest", "ratio");
        foreach (int bulk in Bulks)
        {
            List<double> ours = [], generic = [], native = [];
            for (int round = 0; round < Rounds; round++)
            {
                ours.Add(Ours(bulk, seconds));
                if (peer.IsThere)
                {
                    generic.Add(Theirs(peer, native: false, bulk, seconds));
                    native.Add(Theirs(peer, native: true, bulk, seconds));
                }
            }

            Report.Row(
                $"{bulk}",
                Report.Spread(ours),
                peer.IsThere ? Report.Spread(generic) : "-",
                Ratio(ours, generic),
                peer.IsThere ? Report.Spread(native) : "-",
                Ratio(ours, native),
                autotest.TryGetValue(bulk, out double test) ? Report.Text(test) : "-",
                autotest.ContainsKey(bulk) ? Report.Text(Report.Median(ours) / test) : "-");
        }
    }

    private static string Ratio(List<double> ours, List<double> theirs) =>
        theirs.Count == 0 ? "-" : Report.Spread([.. ours.Zip(theirs, (our, their) => our / their)]);

    private static double Ours(int bulk, double seconds)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, string.Create(CultureInfo.InvariantCulture, $"loop {bulk} {Keep} {seconds}")) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return double.Parse(output.Split('=')[1], CultureInfo.InvariantCulture) / 1e6;
    }

    private static double Theirs(DpdkPeer peer, bool native, int bulk, double seconds) =>
        peer.Measure(native, "get-put", $"{bulk}", $"{Keep}", seconds.ToString(CultureInfo.InvariantCulture))["objects_per_second"] / 1e6;

    /// <summary>The best of what the test has for one core and a cache: with the bulk a constant or not, in its three passes over the same.</summary>
    private static Dictionary<int, double> Autotest(DpdkPeer peer) => peer.Test("mempool_perf_autotest", "1", Shorter)
        .Select(line => AutotestLine().Match(line))
        .Where(match => match.Success && match.Groups[1].Value == match.Groups[2].Value)
        .GroupBy(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
        .ToDictionary(group => group.Key, group => group.Max(match => double.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture)) * Shorter / 1e6);

    [GeneratedRegex($@"cache=512 cores=1 n_get_bulk=(\d+) n_put_bulk=(\d+) n_keep=512 constant_n=\d rate_persec=(\d+)")]
    private static partial Regex AutotestLine();
}
