namespace PollMode.Examples.PacketGen;

/// <summary>A chart of bars by category: for each category one bar of each series, dashed series as a mark across.</summary>
internal static class SvgBars
{
    private const double Gap = 0.25;

    /// <summary>Draws it.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="categories">From left to right.</param>
    /// <param name="series">A point's x is the index of its category.</param>
    /// <param name="yText">Writes a value.</param>
    /// <param name="below">What the categories are.</param>
    /// <param name="logY">Whether the axis to the left is logarithmic; values that are not above zero are left out then.</param>
    public static string Render(string title, IReadOnlyList<string> categories, IReadOnlyList<ChartSeries> series, Func<double, string> yText, string below, bool logY = false)
    {
        ChartSeries[] drawn = [.. series.Where(each => each.Points.Any(point => !logY || point.Y > 0))];
        double[] values = [.. drawn.SelectMany(each => each.Points).Select(point => point.Y).Where(value => !logY || value > 0)];
        ChartAxis axis = logY ? ChartAxis.Logarithmic(values) : ChartAxis.Linear(values, fromZero: true);
        var canvas = new SvgCanvas(title);
        double slot = (SvgCanvas.Width - SvgCanvas.Left - SvgCanvas.Right) / categories.Count;
        double floor = SvgCanvas.Height - SvgCanvas.Bottom;
        foreach (double tick in axis.Ticks())
        {
            canvas.RowTick(Y(tick), yText(tick));
        }

        for (int i = 0; i < categories.Count; i++)
        {
            canvas.ColumnTick(SvgCanvas.Left + ((i + 0.5) * slot), categories[i]);
        }

        int bars = Math.Max(1, drawn.Count(each => !each.IsDashed));
        double width = slot * (1 - Gap) / bars;
        int bar = 0;
        for (int i = 0; i < drawn.Length; i++)
        {
            int colour = i % SvgCanvas.Colours;
            foreach ((double x, double y) in drawn[i].Points)
            {
                double left = SvgCanvas.Left + ((x + (Gap / 2)) * slot);
                string value = SvgCanvas.Escape($"{drawn[i].Name}, {categories[(int)x]}: {yText(y)}");
                if (drawn[i].IsDashed)
                {
                    canvas.Add($"<line class=\"s{colour} dashed\" x1=\"{left:0.#}\" x2=\"{left + (slot * (1 - Gap)):0.#}\" y1=\"{Y(y):0.#}\" y2=\"{Y(y):0.#}\"><title>{value}</title></line>");
                }
                else
                {
                    canvas.Add($"<rect class=\"f{colour}\" x=\"{left + (bar * width) + 1:0.#}\" y=\"{Y(y):0.#}\" width=\"{Math.Max(1, width - 2):0.#}\" height=\"{Math.Max(0, floor - Y(y)):0.#}\"><title>{value}</title></rect>");
                }
            }

            bar += drawn[i].IsDashed ? 0 : 1;
        }

        canvas.Legend(drawn.Select(each => (each.Name, each.IsDashed)));
        canvas.Below(below);
        return canvas.Finish();

        double Y(double value) => floor - (Math.Clamp(axis.Share(value), 0, 1) * (floor - SvgCanvas.Top));
    }
}
