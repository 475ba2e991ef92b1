using System.Runtime.InteropServices;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>Publishes the data plane of examples/Isolated once for all tests of a class.</summary>
public sealed class PublishedDataPlane : IAsyncLifetime
{
    private readonly Folder _folder = new();
    private string? _missing;

    /// <summary>Path of the library. Skips the test where it cannot be published.</summary>
    internal string Library
    {
        get
        {
            Assert.SkipWhen(_missing != null, _missing ?? string.Empty);
            return _folder.File("publish/IsolatedDataPlane.so");
        }
    }

    public async ValueTask InitializeAsync()
    {
        _missing = Repository.Tool("clang") == null && Repository.Tool("gcc") == null ? "needs a C compiler to link with (apt-get install clang)"
            : !File.Exists("/usr/include/zlib.h") ? "needs zlib's headers (apt-get install zlib1g-dev)"
            : null;
        if (_missing != null)
        {
            return;
        }

        using Run publish = await Run.Start(
            Repository.DotNet,
            [
                "publish", Path.Combine(Repository.Root, "examples", "Isolated", "DataPlane", "IsolatedDataPlane.csproj"),
                "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier.Contains("arm64", StringComparison.Ordinal) ? "linux-arm64" : "linux-x64",
                "-p:PublishAot=true", "--artifacts-path", _folder.File("artifacts"), "-o", _folder.File("publish"),
                "--nologo", "--disable-build-servers",
            ],
            Repository.Root).End();
        Assert.True(publish.ExitCode == 0, publish.Output + publish.Errors);
        Assert.DoesNotContain("warning", publish.Output, StringComparison.OrdinalIgnoreCase);
    }

    public ValueTask DisposeAsync()
    {
        // The library stays loaded; on Linux its file can go all the same.
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
