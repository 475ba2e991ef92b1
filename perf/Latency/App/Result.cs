namespace PollMode.Latency;

/// <summary>One run: who forwarded, what the app did, and what came of it.</summary>
internal sealed record Result(Mode Mode, Allocation Allocation, Figures Figures, HostAnswer? Host);
