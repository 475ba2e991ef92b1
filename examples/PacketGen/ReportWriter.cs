using System.Text.Json;
using HdrHistogram;

namespace PollMode.Examples.PacketGen;

/// <summary>Writes a report wherever it was asked for, and says how the program ends.</summary>
internal static class ReportWriter
{
    private const long OneHourInNanoseconds = 3_600_000_000_000;

    /// <summary>Writes a report.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="options">Where it goes.</param>
    /// <param name="fault">Why a worker or a port failed, or null.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="PollModeException">A file cannot be written; everything else has been.</exception>
    public static ExitCode Write(RunReport report, GeneratorOptions options, string? fault = null)
    {
        if (fault != null)
        {
            Console.Error.WriteLine(fault);
        }

        if (options.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, ReportJson.Default.RunReport));
        }
        else if (options.Csv)
        {
            CsvReport.Write(report, Console.Out);
        }
        else
        {
            TextReport.Write(report, Console.Out);
        }

        ToFile(options.ResultFile, writer => writer.Write(JsonSerializer.Serialize(report, ReportJson.Default.RunReport)));
        ToFile(options.ReportFile, writer => writer.Write(HtmlReport.Render(report)));
        ToFile(options.HdrFile, writer => WriteHistogram(report, writer));
        return fault != null ? ExitCode.RunFault : report.IsAsExpected ? ExitCode.Done : ExitCode.NotAsExpected;
    }

    /// <summary>Whether the files can be written, before anything is sent for them: a run of hours is not to end in a wrong folder.</summary>
    /// <exception cref="PollModeException">One cannot.</exception>
    public static void Check(GeneratorOptions options)
    {
        foreach (string file in new[] { options.ResultFile, options.ReportFile, options.HdrFile }.OfType<string>())
        {
            if (Directory.Exists(file) || Path.GetDirectoryName(Path.GetFullPath(file)) is not { } folder || !Directory.Exists(folder))
            {
                throw new PollModeException($"'{file}' cannot be written: its folder does not exist, or it is a folder itself; name a file in a folder that exists.");
            }
        }
    }

    private static void ToFile(string? path, Action<TextWriter> write)
    {
        if (path == null)
        {
            return;
        }

        try
        {
            using StreamWriter writer = File.CreateText(path);
            write(writer);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PollModeException($"'{path}' cannot be written: {fault.Message}", fault);
        }
    }

    private static void WriteHistogram(RunReport report, TextWriter writer)
    {
        var histogram = new LongHistogram(OneHourInNanoseconds, 3);
        foreach ((long value, long count) in report.Result?.Histogram?.Buckets() ?? [])
        {
            histogram.RecordValueWithCount(Math.Clamp(value, 0, OneHourInNanoseconds), count);
        }

        histogram.OutputPercentileDistribution(writer, outputValueUnitScalingRatio: 1000);
    }
}
