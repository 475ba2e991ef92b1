using System.Runtime.InteropServices;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>Where things are: the sources, what was built of them beside these tests, recordings, tools.</summary>
internal static class Repository
{
    /// <summary>The folder with PollMode.sln.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>Debug or Release, in the spelling of the artifacts folder: the same as these tests'.</summary>
    internal static string Configuration { get; } = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    /// <summary>The dotnet command of the runtime that runs these tests.</summary>
    internal static string DotNet { get; } = FindDotNet();

    /// <summary>An assembly that was built with these tests.</summary>
    internal static string Built(string project)
    {
        string path = Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))!, "..", project, Configuration, $"{project}.dll");
        Assert.True(File.Exists(path), $"{project} is not built: {path} is missing");
        return Path.GetFullPath(path);
    }

    /// <summary>A recording under tests/.</summary>
    internal static string Recording(string name)
    {
        string? path = Directory.EnumerateDirectories(Path.Combine(Root, "tests"), "testdata", SearchOption.AllDirectories)
            .SelectMany(folder => Directory.EnumerateFiles(folder, name, SearchOption.AllDirectories))
            .FirstOrDefault();
        Assert.True(path != null, $"no testdata folder under tests/ has {name}");
        return path;
    }

    /// <summary>The path of a program, or null.</summary>
    internal static string? Tool(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':')
            .Concat(["/usr/sbin", "/sbin"])
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder != null && !File.Exists(Path.Combine(folder, "PollMode.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"There is no PollMode.sln above {AppContext.BaseDirectory}.");
    }

    private static string FindDotNet()
    {
        string beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        return File.Exists(beside) ? beside : "dotnet";
    }
}
