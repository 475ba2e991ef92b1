namespace PollMode.EndToEnd;

/// <summary>Smallest, middle and largest of some measurements.</summary>
internal sealed record Spread(double Minimum, double Median, double Maximum)
{
    internal static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = values.Order().ToArray();
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[^1]);
    }

    public override string ToString() => $"{Median:0.00} ({Minimum:0.00} to {Maximum:0.00})";
}
