using System.Globalization;
using System.Net;
using System.Text;

namespace PollMode.Examples.PacketGen;

/// <summary>What charts have in common: the frame, the axis to the left, the legend. Inline SVG without script; colours are the page's.</summary>
internal sealed class SvgCanvas
{
    internal const double Width = 760;
    internal const double Height = 320;
    internal const double Left = 84;
    internal const double Right = 36;
    internal const double Top = 34;
    internal const double Bottom = 46;

    /// <summary>Series with colours of their own; those beyond start again.</summary>
    internal const int Colours = 8;

    private readonly StringBuilder _svg = new();

    public SvgCanvas(string title)
    {
        Add($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Escape(title)}\">");
    }

    /// <summary>Adds elements, numbers in the invariant culture.</summary>
    public void Add(FormattableString text) => _svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

    /// <summary>A line across at a value of the axis to the left.</summary>
    public void RowTick(double y, string text) =>
        Add($"<line class=\"grid\" x1=\"{Left}\" y1=\"{y:0.#}\" x2=\"{Width - Right}\" y2=\"{y:0.#}\"/><text x=\"{Left - 8}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{Escape(text)}</text>");

    /// <summary>The name of a value or a category below.</summary>
    public void ColumnTick(double x, string text) =>
        Add($"<text x=\"{x:0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{Escape(text)}</text>");

    /// <summary>The names of the series, in a row above.</summary>
    public void Legend(IEnumerable<(string Name, bool IsDashed)> names)
    {
        double x = Left;
        int index = 0;
        foreach ((string name, bool isDashed) in names)
        {
            Add($"<line class=\"s{index % Colours}{(isDashed ? " dashed" : string.Empty)}\" x1=\"{x:0.#}\" y1=\"16\" x2=\"{x + 18:0.#}\" y2=\"16\" stroke-width=\"4\"/><text x=\"{x + 24:0.#}\" y=\"20\">{Escape(name)}</text>");
            x += 42 + (name.Length * 7);
            index++;
        }
    }

    /// <summary>What the axis below measures.</summary>
    public void Below(string text) => Add($"<text class=\"axis\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\">{Escape(text)}</text>");

    public string Finish() => _svg.Append("</svg>").ToString();

    internal static string Escape(string text) => WebUtility.HtmlEncode(text);
}
