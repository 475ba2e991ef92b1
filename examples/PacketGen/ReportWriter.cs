using System.Text.Json;
using HdrHistogram;

namespace PollMode.Examples.PacketGen;

/// <summary>Writes a report wherever it was asked for.</summary>
internal static class ReportWriter
{
    private const long OneHourInNanoseconds = 3_600_000_000_000;

    public static void Write(RunReport report, GeneratorOptions options)
    {
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
