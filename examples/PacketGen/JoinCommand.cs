using System.Text.Json;
using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>Puts a sender's and a receiver's results together: only now is it known what was lost.</summary>
internal static class JoinCommand
{
    public static ExitCode Run((string Sent, string Received) files, GeneratorOptions options)
    {
        RunReport sent = Read(files.Sent);
        RunReport received = Read(files.Received);
        TrafficResult result = TrafficResults.Join(sent.Result!, received.Result!);
        var report = sent with
        {
            Command = "join",
            RxPort = received.RxPort,
            Result = result,
            Samples = [],
            Audit = Audit.Of(result),
            Interrupted = sent.Interrupted || received.Interrupted,
            Expectations = [.. options.Expectations.Select(expectation => new ExpectationReport(expectation.Text, expectation.Holds(result)))],
        };
        ReportWriter.Write(report, options);
        return report.IsAsExpected ? ExitCode.Done : ExitCode.NotAsExpected;
    }

    private static RunReport Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), ReportJson.Default.RunReport) is { Result: not null } report
                ? report
                : throw new PollModeException($"'{path}' holds no result; write one with --result.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new PollModeException($"The result '{path}' cannot be read: {fault.Message}", fault);
        }
    }
}
