using System.Text.Json;
using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>Puts a sender's and a receiver's results together: only now is it known what was lost.</summary>
internal static class JoinCommand
{
    public static ExitCode Run(GeneratorOptions options, string sentFile, string receivedFile)
    {
        RunReport sent = Read(sentFile);
        RunReport received = Read(receivedFile);
        TrafficResult result = TrafficResults.Join(sent.Result!, received.Result!);
        RunReport report = sent with
        {
            Command = "join",
            RxPort = received.RxPort,
            Samples = [],
            Audit = Audit.Of(result),
            Interrupted = sent.Interrupted,
        };
        return ReportWriter.Write(report.With(result, options.Expectations), options);
    }

    private static RunReport Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), ReportJson.Default.RunReport) is { Result: not null } report
                ? report
                : throw new PollModeException($"'{path}' holds no result of a run; write one with --result.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new PollModeException($"The result '{path}' cannot be read: {fault.Message}", fault);
        }
    }
}
