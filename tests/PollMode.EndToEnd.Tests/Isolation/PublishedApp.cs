using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>Publishes examples/Isolated once for all tests of isolation, by the one command that its README names: the app, and the data plane as a program and as a library.</summary>
public sealed class PublishedApp : IAsyncLifetime
{
    private readonly Folder _folder = new();
    private string? _missing;

    /// <summary>Path of the app's program.</summary>
    internal string App => Published("Isolated");

    /// <summary>Path of the data plane's program.</summary>
    internal string Program => Published("IsolatedDataPlane.dll");

    /// <summary>Path of the data plane's library.</summary>
    internal string Library => Published("IsolatedDataPlane.so");

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
                "publish", Path.Combine(Repository.Root, "examples", "Isolated", "App", "Isolated.csproj"),
                // The app is built with these tests; what is left is the data plane's library.
                "--no-build", "-c", Repository.Configuration == "debug" ? "Debug" : "Release", "-o", _folder.File("publish"), "--nologo",
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

    /// <summary>Skips the test where nothing can be published.</summary>
    private string Published(string name)
    {
        Assert.SkipWhen(_missing != null, _missing ?? string.Empty);
        return _folder.File($"publish/{name}");
    }
}
