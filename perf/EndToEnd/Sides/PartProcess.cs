using System.Globalization;

namespace PollMode.EndToEnd;

/// <summary>Runs a <see cref="PartRun"/> in a process of its own.</summary>
internal static class PartProcess
{
    internal static Measurement Measure(Bench bench, string part, int bulk, int keep)
    {
        using ChildProcess process = ChildProcess.StartSelf(
            ["part", part, "--bulk", Text(bulk), "--keep", Text(keep), "--core", bench.CoreText, "--warm-up", Text(bench.WarmUpSeconds), "--seconds", Text(bench.Seconds)]);
        string line = process.WaitFor(EngineRun.Measured, TimeSpan.FromSeconds(bench.WarmUpSeconds + bench.Seconds + 30), bench.Stop);
        return Measurement.FromLine(line[EngineRun.Measured.Length..]);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
