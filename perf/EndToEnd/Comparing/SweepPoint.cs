namespace PollMode.EndToEnd;

/// <summary>A comparison's place in a series of comparisons that differ in one number: a point on a chart.</summary>
/// <param name="Sweep">The series, and its chart's title.</param>
/// <param name="Axis">The number, with its unit.</param>
/// <param name="Value">The number here.</param>
internal sealed record SweepPoint(string Sweep, string Axis, double Value);
