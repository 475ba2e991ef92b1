using PollMode.Examples.Isolated;
using PollMode.Isolation;

namespace PollMode.EndToEnd.Tests;

/// <summary>The data plane of examples/Isolated, wherever it is to run.</summary>
internal static class Planes
{
    /// <summary>In the app's runtime, as a process, as a library.</summary>
    internal const string Here = "here";
    internal const string Process = "process";
    internal const string Library = "library";

    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    internal static DataPlanePlace Of(PublishedApp published, string place) => place switch
    {
        Library => DataPlanePlace.InLibrary(published.Library),
        Process => DataPlanePlace.InProcess(published.Program),
        _ => DataPlanePlace.InThisRuntime<Plane>(),
    };

    internal static EngineOptions Options(params string[] ports)
    {
        // What the app sends, and what a null port would: to the null port, if there is one. Others in pairs.
        var options = new EngineOptions { Name = "isolated", Ports = [.. ports], Workers = 1, BuffersPerWorker = 1024, LargestPages = PageKind.Small4KiB };
        for (int i = 0; i < ports.Length; i++)
        {
            options.Egress.Add(Array.FindIndex(ports, port => port == "null:rx=0"));
        }

        return options;
    }

    internal static DataPlaneEngine Make(PublishedApp published, string place, EngineOptions options, int every = 1000, EngineObserver? observer = null) =>
        new(Of(published, place), options, new Dictionary<string, string>(StringComparer.Ordinal) { ["SampleEvery"] = $"{every}" }, observer);
}
