namespace PollMode.Pool;

/// <summary>What foreign returns cost, in nanoseconds per buffer.</summary>
internal sealed record ForeignResult(string Home, int Returners, double Owner, double Returner, double Wall);
