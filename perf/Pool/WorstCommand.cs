namespace PollMode.Pool;

/// <summary>
/// The longest single Rent of a pool that grows by 32 slabs: kept up with, held back, and without a supplier. And of one that does not grow
/// and whose free buffers are as scattered as can be.
/// </summary>
internal static class WorstCommand
{
    internal static void Run(int rounds)
    {
        Console.WriteLine(Report.Machine());
        Console.WriteLine($"ns for a Rent of 64, the clock's {Report.Text(CallTimes.ClockNanoseconds)} ns included in the longest; {rounds} rounds in turn, each a growth by 32 slabs of 1024 buffers; median (smallest to largest) over the rounds");
        (string Name, bool Supplied, TimeSpan Pause)[] ways =
        [
            ("supplier keeps up", true, TimeSpan.FromMicroseconds(250)),
            ("supplier held back", true, TimeSpan.Zero),
            ("no supplier: the owner maps", false, TimeSpan.FromMicroseconds(250)),
        ];
        var results = ways.ToDictionary(way => way.Name, _ => new List<(CallTimes Times, MempoolStatistics Statistics, TimeSpan Growth)>());
        for (int round = -1; round < rounds; round++)
        {
            foreach ((string name, bool supplied, TimeSpan pause) in ways)
            {
                (CallTimes Times, MempoolStatistics Statistics, TimeSpan Growth) result = WorstRent.Grow(supplied, pause);
                if (round >= 0)
                {
                    // The round before the first is the JIT's.
                    results[name].Add(result);
                }
            }
        }

        Report.Head("growth", "median", "99th of 100", "longest", "slabs injected", "times held back", "growth, ms");
        foreach ((string name, List<(CallTimes Times, MempoolStatistics Statistics, TimeSpan Growth)> all) in results)
        {
            Report.Row(
                name,
                Report.Spread([.. all.Select(one => one.Times.Quantile(0.5))]),
                Report.Spread([.. all.Select(one => one.Times.Quantile(0.99))]),
                Report.Spread([.. all.Select(one => one.Times.Worst)]),
                Report.Spread([.. all.Select(one => (double)one.Statistics.DirectInject)]),
                Report.Spread([.. all.Select(one => (double)one.Statistics.HeldBack)]),
                Report.Spread([.. all.Select(one => one.Growth.TotalMilliseconds)]));
        }

        Console.WriteLine();
        Scattered(rounds);
    }

    private static void Scattered(int rounds)
    {
        Console.WriteLine($"ns for a Rent of 64 that gathers them from 64 slabs: of 512 slabs of 1024 buffers each has one home; {10 * rounds} rounds of 8 rents; median (smallest to largest) over the rounds");
        Report.Head("scattered", "median", "longest");
        foreach ((string name, bool harvested) in new[] { ("buffers at home", true), ("and returned by another thread just now", false) })
        {
            List<CallTimes> all = ScatteredRent.Gather(10 * rounds, harvested);
            Report.Row(name, Report.Spread([.. all.Select(one => one.Quantile(0.5))]), Report.Spread([.. all.Select(one => one.Worst)]));
        }
    }
}
