using System.Text.Json;

namespace PollMode.Latency;

/// <summary>What a host says when it is asked: figures of a load, and what has happened since it was asked before.</summary>
/// <param name="Figures">Of the load; null when it was only asked to look.</param>
/// <param name="AppCollections">Collections of the app's runtime.</param>
/// <param name="StallsByCollection">Times that the worker stood still for more than 100 us because its runtime collected.</param>
/// <param name="StallsByOthers">Times that it did for another cause.</param>
/// <param name="Causes">All of them by cause, for people.</param>
internal sealed record HostAnswer(Figures? Figures, int AppCollections, long StallsByCollection, long StallsByOthers, string Causes)
{
    /// <summary>What the line begins with.</summary>
    internal const string Prefix = "answer ";

    internal string ToLine() => Prefix + JsonSerializer.Serialize(this);

    internal static HostAnswer Read(string line) => JsonSerializer.Deserialize<HostAnswer>(line[Prefix.Length..])!;
}
