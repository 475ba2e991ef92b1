using System.Globalization;
using System.Text.RegularExpressions;
using PollMode.Pool.Homes;

namespace PollMode.Pool;

/// <summary>Returns from other threads: ours beside a locked ring, ConcurrentQueue and DPDK's ring, in turn.</summary>
internal static partial class ForeignCommand
{
    private const int Rounds = 3;

    internal static void Run(double seconds)
    {
        Console.WriteLine(Report.Machine());
        Console.WriteLine($"ns per buffer, bursts of {ForeignReturns.Burst}; a side's median call, the clock's own {Report.Text(CallTimes.ClockNanoseconds)} ns taken off, and all together by the wall; medians of {Rounds} rounds of {seconds} s");
        using var peer = new DpdkPeer();
        Func<IHome>[] homes = [() => new MempoolHome(), () => new LockedRingHome(bulk: false), () => new LockedRingHome(bulk: true), () => new ConcurrentQueueHome()];
        Report.Head("home", "returners", "owner", "returner", "wall");
        foreach (int returners in new[] { 1, 2, 4, 8 })
        {
            var results = new List<ForeignResult>();
            for (int round = 0; round < Rounds; round++)
            {
                results.AddRange(homes.Select(home => ForeignReturns.Measure(home, returners, seconds)));
                if (peer.IsThere)
                {
                    Dictionary<string, double> ring = peer.Measure(native: true, "return", $"{returners}", $"{ForeignReturns.Burst}", seconds.ToString(CultureInfo.InvariantCulture));
                    results.Add(new ForeignResult($"rte_ring MP/SC, DPDK {peer.Version}", returners, ring["owner_ns"], ring["returner_ns"], ring["wall_ns"]));
                }
            }

            foreach (IGrouping<string, ForeignResult> home in results.GroupBy(result => result.Home))
            {
                Report.Row(home.Key, $"{returners}", Report.Text(Report.Median(home.Select(result => result.Owner))), Report.Text(Report.Median(home.Select(result => result.Returner))), Report.Spread([.. home.Select(result => result.Wall)]));
            }
        }

        if (peer.IsThere)
        {
            Console.WriteLine();
            Console.WriteLine("dpdk-test's ring_perf_autotest, cycles per object or burst as it prints them:");
            foreach (string line in peer.Test("ring_perf_autotest", "0-1", 1).Where(line => RingLine().IsMatch(line)))
            {
                Console.WriteLine(line.Trim());
            }
        }
    }

    [GeneratedRegex("^(###|elem APIs|legacy APIs|MP/|SP/)")]
    private static partial Regex RingLine();
}
