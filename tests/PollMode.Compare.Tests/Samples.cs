namespace PollMode.EndToEnd.Tests;

/// <summary>What peers printed once, kept as it was.</summary>
internal static class Samples
{
    internal static string[] Lines(string name) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "samples", name));
}
