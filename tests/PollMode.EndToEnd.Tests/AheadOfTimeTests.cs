using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The forwarder compiled ahead of time: no warning, and it runs.</summary>
public sealed class AheadOfTimeTests
{
    [Fact]
    public async Task TheForwarderIsPublishedAndRuns()
    {
        Assert.SkipWhen(Repository.Tool("clang") == null && Repository.Tool("gcc") == null, "needs a C compiler to link with (apt-get install clang)");
        Assert.SkipUnless(File.Exists("/usr/include/zlib.h"), "needs zlib's headers (apt-get install zlib1g-dev)");
        using var folder = new Folder();

        using Run publish = await Run.Start(
            Repository.DotNet,
            [
                "publish", Path.Combine(Repository.Root, "examples", "Forwarder", "Forwarder.csproj"),
                "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier.Contains("arm64", StringComparison.Ordinal) ? "linux-arm64" : "linux-x64",
                "-p:PublishAot=true", "--artifacts-path", folder.File("artifacts"), "-o", folder.File("publish"),
                "--nologo", "--disable-build-servers",
            ],
            Repository.Root).End();
        Assert.True(publish.ExitCode == 0, publish.Output + publish.Errors);
        Assert.DoesNotContain("warning", publish.Output, StringComparison.OrdinalIgnoreCase);
        Assert.False(File.Exists(folder.File("publish/Forwarder.dll")), "the publish made managed code");

        // The mempool is in the program, and of the ledger, which is decided when publishing, nothing.
        byte[] program = await File.ReadAllBytesAsync(folder.File("publish/Forwarder"), TestContext.Current.CancellationToken);
        Assert.True(program.AsSpan().IndexOf(Encoding.Unicode.GetBytes("dispose the pools first")) >= 0, "the program's sentences cannot be found in it");
        Assert.True(program.AsSpan().IndexOf(Encoding.Unicode.GetBytes("its last hand-offs")) < 0, "the ledger was compiled into the program");

        using Run run = await Run.Start(folder.File("publish/Forwarder"), ["--duration", "1", "--json"]).End();
        Assert.Equal((0, string.Empty), (run.ExitCode, run.Errors));
        run.Json.AssertAddsUp();
        Assert.True(run.Json.Count("tx_packets") > 0);
    }
}
