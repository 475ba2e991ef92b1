namespace PollMode.Examples.PacketGen;

/// <summary>A line of a chart, or the bars of one colour.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Points">In order of x; of bars, x is the index of the category.</param>
/// <param name="IsDashed">Whether it is drawn as what was asked for, not found.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<(double X, double Y)> Points, bool IsDashed = false);
