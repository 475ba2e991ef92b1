using System.Text.Json;
using PollMode.Testing;
using Xunit;

namespace PollMode.PacketGen.Tests;

/// <summary>The program as a user runs it.</summary>
internal static class PacketGen
{
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "packetgen");

    public static (int ExitCode, string Output) Run(params string[] arguments) => HostCommand.Run(Path, arguments is ["join", ..] ? arguments : [.. arguments, "--idle", "adaptive"]);

    /// <summary>Runs with --json; gives the object, whatever the exit code.</summary>
    public static JsonElement Json(params string[] arguments)
    {
        (int exitCode, string output) = Run([.. arguments, "--json"]);
        Assert.True(exitCode is 0 or 3, output);
        return JsonDocument.Parse(output).RootElement;
    }

    public static long Count(this JsonElement report, string name) => report.GetProperty("result").GetProperty(name).GetInt64();
}
