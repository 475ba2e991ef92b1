namespace PollMode.Examples.PacketGen;

/// <summary>A line of a chart.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Points">In order of x.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<(double X, double Y)> Points);
