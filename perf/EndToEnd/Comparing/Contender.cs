namespace PollMode.EndToEnd;

/// <summary>One side of a comparison.</summary>
/// <param name="Name">PollMode, or what the peer is called.</param>
/// <param name="Needs">Programs that must be installed. Without one of them the contender is left out, and that is said.</param>
/// <param name="Measure">
/// Measures the side once, with a warm-up of its own: starts processes, waits until they work, reads their counters, ends them. Whatever it
/// throws but <see cref="OperationCanceledException"/> costs this contender the comparison.
/// </param>
internal sealed record Contender(string Name, IReadOnlyList<Tool> Needs, Func<Bench, Measurement> Measure);
