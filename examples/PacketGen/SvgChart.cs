using System.Globalization;
using System.Text;

namespace PollMode.Examples.PacketGen;

/// <summary>A chart of lines, or of areas for histograms.</summary>
internal sealed class SvgChart
{
    private const int MostMarked = 30;

    private readonly IReadOnlyList<ChartSeries> _series;
    private readonly string _title;
    private readonly ChartAxis _x;
    private readonly ChartAxis _y;

    /// <summary>Makes a chart.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="series">What to draw. On logarithmic axes values that are not above zero are left out.</param>
    /// <param name="logX">Whether the axis below is logarithmic.</param>
    /// <param name="logY">Whether the axis to the left is logarithmic.</param>
    public SvgChart(string title, IReadOnlyList<ChartSeries> series, bool logX = false, bool logY = false)
    {
        _title = title;
        _series = [.. series.Select(each => each with { Points = [.. each.Points.Where(point => (!logX || point.X > 0) && (!logY || point.Y > 0))] }).Where(each => each.Points.Count > 0)];
        double[] x = [.. _series.SelectMany(each => each.Points).Select(point => point.X)];
        double[] y = [.. _series.SelectMany(each => each.Points).Select(point => point.Y)];
        _x = logX ? ChartAxis.Logarithmic(x) : ChartAxis.Linear(x, fromZero: false);
        _y = logY ? ChartAxis.Logarithmic(y) : ChartAxis.Linear(y, fromZero: true);
    }

    /// <summary>Draws lines; few points are marked, with their values to be hovered over.</summary>
    public string Lines(Func<double, string> xText, Func<double, string> yText, string below)
    {
        SvgCanvas canvas = Begin(xText, yText, below);
        for (int i = 0; i < _series.Count; i++)
        {
            ChartSeries series = _series[i];
            int colour = i % SvgCanvas.Colours;

            // The first line is the widest: it shows beneath one that covers it.
            string style = series.IsDashed ? " dashed" : i == 0 && _series.Count > 1 ? " under" : string.Empty;
            canvas.Add($"<path class=\"s{colour}{style}\" d=\"{Line(series.Points)}\"/>");
            foreach ((double x, double y) in series.Points.Count <= MostMarked ? series.Points : [])
            {
                canvas.Add($"<circle class=\"f{colour}\" r=\"3\" cx=\"{X(x):0.#}\" cy=\"{Y(y):0.#}\"><title>{SvgCanvas.Escape($"{series.Name}, {xText(x)}: {yText(y)}")}</title></circle>");
            }
        }

        return canvas.Finish();
    }

    /// <summary>Draws counts by value as columns that touch, over one another: where the first hides the second, its edge shows.</summary>
    public string Histogram(Func<double, string> xText, Func<double, string> yText, string below)
    {
        SvgCanvas canvas = Begin(xText, yText, below);
        for (int i = 0; i < _series.Count; i++)
        {
            int colour = i % SvgCanvas.Colours;
            canvas.Add($"<path class=\"s{colour} area f{colour}\" d=\"{Columns(_series[i].Points)}\"/>");
        }

        return canvas.Finish();
    }

    private SvgCanvas Begin(Func<double, string> xText, Func<double, string> yText, string below)
    {
        var canvas = new SvgCanvas(_title);
        foreach (double x in _x.Ticks())
        {
            canvas.Add($"<line class=\"grid\" x1=\"{X(x):0.#}\" y1=\"{SvgCanvas.Top}\" x2=\"{X(x):0.#}\" y2=\"{SvgCanvas.Height - SvgCanvas.Bottom}\"/>");
            canvas.ColumnTick(X(x), xText(x));
        }

        foreach (double y in _y.Ticks())
        {
            canvas.RowTick(Y(y), yText(y));
        }

        canvas.Legend(_series.Select(each => (each.Name, each.IsDashed)));
        canvas.Below(below);
        return canvas;
    }

    private string Line(IReadOnlyList<(double X, double Y)> points)
    {
        var path = new StringBuilder();
        for (int i = 0; i < points.Count; i++)
        {
            path.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{X(points[i].X):0.#} {Y(points[i].Y):0.#}");
        }

        return path.ToString();
    }

    /// <summary>Counts gathered into columns a few pixels wide: a histogram's own buckets may be narrower than a pixel.</summary>
    private string Columns(IReadOnlyList<(double X, double Y)> points)
    {
        const double ColumnWidth = 4;
        double floor = SvgCanvas.Height - SvgCanvas.Bottom;
        var path = new StringBuilder();
        foreach (IGrouping<int, (double X, double Y)> column in points.GroupBy(point => (int)(X(point.X) / ColumnWidth)))
        {
            path.Append(CultureInfo.InvariantCulture, $"M{column.Key * ColumnWidth:0.#} {floor:0.#}V{Y(column.Sum(point => point.Y)):0.#}h{ColumnWidth}V{floor:0.#}");
        }

        return path.ToString();
    }

    private double X(double value) => SvgCanvas.Left + (_x.Share(value) * (SvgCanvas.Width - SvgCanvas.Left - SvgCanvas.Right));

    private double Y(double value) => SvgCanvas.Height - SvgCanvas.Bottom - (Math.Min(_y.Share(value), 1) * (SvgCanvas.Height - SvgCanvas.Bottom - SvgCanvas.Top));
}
