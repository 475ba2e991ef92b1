using PollMode.EndToEnd;

namespace PollMode.Latency;

/// <summary>Measures every way with everybody in turn, and writes the tables.</summary>
internal static class MeasureCommand
{
    private const int HugePages = 512;

    private static readonly IWay[] Ways = [new RingWay(), new VethWay(), new PeerWay()];

    internal static int Run(string[] names, int repetitions, bool save, Bench bench)
    {
        IWay[] ways = [.. names.Length == 0 ? Ways : names.Select(Find)];
        string load = Machine.Load();
        using CpuReservation off = ChildProcess.KeepOff(bench.Core);
        using RealTimeAllowance? allowance = bench.RealTimePriority > 0 ? new RealTimeAllowance() : null;
        using var pages = new HugePageReservation(HugePages);
        var tables = new List<string>();
        foreach (IWay way in ways)
        {
            if (way.Missing is { } missing)
            {
                Console.Error.WriteLine($"{way.Name}: left out, {missing}.");
                continue;
            }

            tables.Add(Tables.Of(way, Measure(way, repetitions, bench)));
        }

        string command = $"dotnet run -c Release --project perf/Latency/App -p:PublishDataPlane=true -- -n {repetitions} -s {bench.Seconds}{(bench.RealTimePriority == 1 ? string.Empty : $" --real-time {bench.RealTimePriority}")}{string.Concat(names.Select(name => " " + name))}";
        RunContext context = Machine.Context(command, load, [bench.Testpmd]);
        string report = $"""
            {context.Machine}; {context.Versions}; {context.When}. Load average {context.LoadAtStart} before, {context.LoadAtEnd} after. Microseconds, median of {repetitions}
            run(s) of {bench.Seconds} s in turn; of the maximum the median, and the smallest and the largest in brackets.

            ```
            {command}
            ```

            {string.Join("\n", tables)}
            """;
        Console.WriteLine(report);
        if (save)
        {
            string page = Path.Combine(Repository.Root, "perf", "GC.md");
            File.WriteAllText(page, MarkedBlock.Replace(File.ReadAllText(page), Tables.Block, report));
        }

        return 0;
    }

    private static IWay Find(string name) => Array.Find(Ways, way => way.Name == name)
        ?? throw new PollModeException($"There is no way '{name}'; choose {string.Join(" or ", Ways.Select(way => way.Name))}.");

    /// <summary>All, and then all again: what changes on the machine meanwhile meets everybody.</summary>
    private static List<Result> Measure(IWay way, int repetitions, Bench bench)
    {
        Mode[] modes = [.. way.Modes.Where(mode => WhyNot(mode, bench) is not { } why || Say($"{way.Name}: {mode} is left out, {why}."))];
        var results = new List<Result>();
        for (int round = 1; round <= repetitions; round++)
        {
            foreach (Allocation allocation in way.Allocations)
            {
                foreach (Mode mode in modes)
                {
                    Result result = way.Measure(mode, allocation, bench);
                    results.Add(result);
                    Say($"{way.Name} {round}/{repetitions} {mode} {allocation}: {result.Figures.Rate / 1e6:0.000} Mpps, lost {result.Figures.Sent - result.Figures.Received} of {result.Figures.Sent}, us P50 {Us(result.Figures.P50)} " +
                        $"P99 {Us(result.Figures.P99)} P99.9 {Us(result.Figures.P999)} P99.99 {Us(result.Figures.P9999)} max {Us(result.Figures.Max)}; {result.Host?.AppCollections} collections of the app, stalls {result.Host?.Causes}");
                }
            }
        }

        return results;
    }

    private static string? WhyNot(Mode mode, Bench bench) => mode switch
    {
        Mode.Library when !File.Exists(EngineHost.LibraryPath) => "for there is no library; run with -p:PublishDataPlane=true (apt-get install clang zlib1g-dev)",
        Mode.Testpmd when !bench.Testpmd.IsInstalled => $"for it is not installed: {bench.Testpmd.Remedy}",
        _ => null,
    };

    private static bool Say(string line)
    {
        Console.Error.WriteLine(line);
        return false;
    }

    private static string Us(double nanoseconds) => Spread.Digits(nanoseconds / 1000);
}
