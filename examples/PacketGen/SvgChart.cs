using System.Globalization;
using System.Net;
using System.Text;

namespace PollMode.Examples.PacketGen;

/// <summary>A line chart as inline SVG: axes, ticks, a legend, no script.</summary>
internal sealed class SvgChart
{
    private const double Width = 720;
    private const double Height = 300;
    private const double Left = 80;
    private const double Right = 20;
    private const double Top = 20;
    private const double Bottom = 60;
    private static readonly string[] Colours = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e"];

    private readonly IReadOnlyList<ChartSeries> _series;
    private readonly Func<double, string> _xText;
    private readonly Func<double, string> _yText;
    private readonly bool _isLogX;
    private readonly bool _isLogY;
    private readonly bool _hasSteps;
    private readonly double _xLow;
    private readonly double _xHigh;
    private readonly double _yLow;
    private readonly double _yHigh;

    public SvgChart(IReadOnlyList<ChartSeries> series, Func<double, string> xText, Func<double, string> yText, bool logX = false, bool logY = false, bool bars = false)
    {
        _series = [.. series.Select(each => each with { Points = [.. each.Points.Where(point => (!logX || point.X > 0) && (!logY || point.Y > 0))] }).Where(each => each.Points.Count > 0)];
        _xText = xText;
        _yText = yText;
        _isLogX = logX;
        _isLogY = logY;
        _hasSteps = bars;
        IEnumerable<(double X, double Y)> all = _series.SelectMany(each => each.Points);
        (_xLow, _xHigh) = Range(all.Select(point => point.X), logX, fromZero: false);
        (_yLow, _yHigh) = Range(all.Select(point => point.Y), logY, fromZero: true);
    }

    public string Render()
    {
        if (_series.Count == 0)
        {
            return "<p>nothing to draw</p>";
        }

        var svg = new StringBuilder();
        Add(svg, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\">");
        foreach (double x in Ticks(_xLow, _xHigh, _isLogX))
        {
            Add(svg, $"<line class=\"grid\" x1=\"{X(x):0.#}\" y1=\"{Top}\" x2=\"{X(x):0.#}\" y2=\"{Height - Bottom}\"/><text x=\"{X(x):0.#}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{Escape(_xText(x))}</text>");
        }

        foreach (double y in Ticks(_yLow, _yHigh, _isLogY))
        {
            Add(svg, $"<line class=\"grid\" x1=\"{Left}\" y1=\"{Y(y):0.#}\" x2=\"{Width - Right}\" y2=\"{Y(y):0.#}\"/><text x=\"{Left - 6}\" y=\"{Y(y) + 4:0.#}\" text-anchor=\"end\">{Escape(_yText(y))}</text>");
        }

        for (int i = 0; i < _series.Count; i++)
        {
            string colour = Colours[i % Colours.Length];
            Add(svg, $"<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" d=\"{Path(_series[i].Points)}\"/>");
            foreach ((double x, double y) in _series[i].Points.Count <= 30 ? _series[i].Points : [])
            {
                Add(svg, $"<circle r=\"3\" fill=\"{colour}\" cx=\"{X(x):0.#}\" cy=\"{Y(y):0.#}\"><title>{Escape($"{_xText(x)}: {_yText(y)}")}</title></circle>");
            }

            double at = Left + (i * 180);
            Add(svg, $"<rect x=\"{at}\" y=\"{Height - 22}\" width=\"12\" height=\"12\" fill=\"{colour}\"/><text x=\"{at + 18}\" y=\"{Height - 12}\">{Escape(_series[i].Name)}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    private static void Add(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static (double Low, double High) Range(IEnumerable<double> values, bool isLog, bool fromZero)
    {
        double low = values.DefaultIfEmpty(0).Min();
        double high = values.DefaultIfEmpty(1).Max();
        if (isLog)
        {
            low = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(low, 1e-9))));
            high = Math.Pow(10, Math.Ceiling(Math.Log10(Math.Max(high, 1e-9))));
            return (low, high > low ? high : low * 10);
        }

        low = fromZero ? Math.Min(0, low) : low;
        return (low, high > low ? high : low + 1);
    }

    private static IEnumerable<double> Ticks(double low, double high, bool isLog)
    {
        if (isLog)
        {
            for (double tick = low; tick <= high * 1.001; tick *= 10)
            {
                yield return tick;
            }

            yield break;
        }

        double step = Math.Pow(10, Math.Floor(Math.Log10((high - low) / 4)));
        step *= (high - low) / step > 10 ? 5 : (high - low) / step > 5 ? 2 : 1;
        for (double tick = Math.Ceiling(low / step) * step; tick <= high + (step / 1000); tick += step)
        {
            yield return tick;
        }
    }

    private double X(double value) => Left + (Share(value, _xLow, _xHigh, _isLogX) * (Width - Left - Right));

    private double Y(double value) => Height - Bottom - (Share(value, _yLow, _yHigh, _isLogY) * (Height - Bottom - Top));

    private static double Share(double value, double low, double high, bool isLog) =>
        isLog ? Math.Log10(value / low) / Math.Log10(high / low) : (value - low) / (high - low);

    private string Path(IReadOnlyList<(double X, double Y)> points)
    {
        var path = new StringBuilder();
        for (int i = 0; i < points.Count; i++)
        {
            if (_hasSteps)
            {
                // A needle from the axis for each bucket: a histogram's buckets are narrower than a pixel is wide.
                Add(path, $"M{X(points[i].X):0.##} {Height - Bottom}V{Y(points[i].Y):0.##}");
            }
            else
            {
                Add(path, $"{(i == 0 ? 'M' : 'L')}{X(points[i].X):0.##} {Y(points[i].Y):0.##}");
            }
        }

        return path.ToString().Replace('\n', ' ');
    }
}
