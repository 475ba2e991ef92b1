namespace PollMode.EndToEnd;

/// <summary>What a comparison is asked to do.</summary>
internal sealed record ComparisonSettings(
    IReadOnlyList<string> Cases, int Repetitions, int Seconds, string Testpmd, int Cpu, string? JsonPath, string? MarkdownPath);
