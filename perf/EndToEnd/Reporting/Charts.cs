using ScottPlot;

namespace PollMode.EndToEnd;

/// <summary>Results as pictures: each sweep as lines over its number, one for each contender, with the spread of the runs.</summary>
internal static class Charts
{
    private const int Width = 900;
    private const int Height = 420;

    /// <summary>The file names, without ending, of the charts that a family's results give.</summary>
    internal static IEnumerable<string> NamesOf(IFamily family, IEnumerable<ComparisonResult> results) =>
        Sweeps(results.Where(result => result.Family == family.Name)).Select(sweep => FileName(sweep.Key));

    /// <summary>Draws every sweep of which at least two points were measured.</summary>
    internal static void Draw(IReadOnlyList<ComparisonResult> results, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (IGrouping<string, (SweepPoint Point, ComparisonResult Result)> sweep in Sweeps(results))
        {
            Draw(sweep.Key, [.. sweep.OrderBy(each => each.Point.Value)], Path.Combine(folder, FileName(sweep.Key) + ".png"));
        }
    }

    private static string FileName(string sweep) => "compare-" + string.Concat(sweep.Select(c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-')).Replace("--", "-", StringComparison.Ordinal);

    private static IEnumerable<IGrouping<string, (SweepPoint Point, ComparisonResult Result)>> Sweeps(IEnumerable<ComparisonResult> results) =>
        results.SelectMany(result => result.Points.Select(point => (Point: point, Result: result))).GroupBy(each => each.Point.Sweep).Where(sweep => sweep.Count() > 1);

    private static void Draw(string title, (SweepPoint Point, ComparisonResult Result)[] points, string path)
    {
        Quantity quantity = points[0].Result.Quantity;
        using var plot = new Plot();
        double most = 0;
        foreach (string contender in points.SelectMany(each => each.Result.Contenders).Select(contender => contender.Name).Distinct())
        {
            // One place after the other: the numbers of a sweep double or grow unevenly, and only their order matters.
            (double X, Spread Spread)[] values =
            [
                .. points.Select((each, index) => (X: (double)index, Spread: each.Result.Contenders.FirstOrDefault(own => own.Name == contender)?.Of(quantity)))
                    .Where(each => each.Spread != null).Select(each => (each.X, each.Spread!)),
            ];
            double[] middles = [.. values.Select(each => each.Spread.Median * quantity.Scale)];
            ScottPlot.Plottables.Scatter line = plot.Add.Scatter([.. values.Select(each => each.X)], middles);
            line.LegendText = contender;
            line.LineWidth = 2;
            for (int i = 0; i < values.Length; i++)
            {
                ScottPlot.Plottables.LinePlot bar = plot.Add.Line(values[i].X, values[i].Spread.Minimum * quantity.Scale, values[i].X, values[i].Spread.Maximum * quantity.Scale);
                bar.LineColor = line.Color;
                bar.LineWidth = 2;
                most = Math.Max(most, values[i].Spread.Maximum * quantity.Scale);
            }
        }

        plot.Title(title);
        plot.XLabel(points[0].Point.Axis);
        plot.YLabel(quantity.ToString());
        plot.Axes.Bottom.SetTicks([.. points.Select((_, index) => (double)index)], [.. points.Select(each => $"{each.Point.Value}")]);
        plot.Axes.SetLimits(-0.5, points.Length - 0.5, 0, most * 1.08);
        plot.ShowLegend(Edge.Right);
        plot.SavePng(path, Width, Height);
    }
}
