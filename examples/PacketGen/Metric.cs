namespace PollMode.Examples.PacketGen;

/// <summary>Something that can be expected of a result.</summary>
/// <typeparam name="T">The result.</typeparam>
/// <param name="Unit">How its limit is written.</param>
/// <param name="Value">Its value; null where nothing was measured.</param>
internal sealed record Metric<T>(MetricUnit Unit, Func<T, double?> Value);
