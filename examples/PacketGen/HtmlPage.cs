using System.Globalization;
using System.Net;
using System.Text;

namespace PollMode.Examples.PacketGen;

/// <summary>A page that needs nothing but itself: no script, no font, nothing from a network; light or dark as the reader's system is.</summary>
internal sealed class HtmlPage
{
    private const string Style =
        """
        :root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d8dee4;--paper:#fff;--tile:#f6f8fa;--good:#116329;--bad:#b42318;
        --c0:#0969da;--c1:#bc4c00;--c2:#1a7f37;--c3:#8250df;--c4:#bf3989;--c5:#9a6700;--c6:#0e7490;--c7:#57606a}
        @media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4af;--line:#30363d;--paper:#0d1117;--tile:#161b22;--good:#56d364;--bad:#ff7b72;
        --c0:#58a6ff;--c1:#ffa657;--c2:#56d364;--c3:#bc8cff;--c4:#ff7bd0;--c5:#e3b341;--c6:#39c5cf;--c7:#9aa4af}}
        body{font:15px/1.5 system-ui,sans-serif;max-width:62em;margin:2em auto;padding:0 1em;color:var(--ink);background:var(--paper)}
        h1{font-size:1.5em;margin-bottom:0}h2{font-size:1.15em;margin:2em 0 .5em;border-bottom:1px solid var(--line);padding-bottom:.2em}
        .soft{color:var(--soft);margin-top:.2em}.good{color:var(--good)}.bad{color:var(--bad);font-weight:600}
        .tiles{display:flex;flex-wrap:wrap;gap:.7em;margin:1em 0}.tiles div{background:var(--tile);border:1px solid var(--line);border-radius:6px;padding:.5em 1em;min-width:8em}
        .tiles span{display:block;color:var(--soft);font-size:.85em}.tiles b{font-size:1.2em;font-weight:600}
        .wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:.25em .6em;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
        td:first-child,th:first-child{text-align:left;padding-left:0}th{color:var(--soft);font-weight:600}pre{background:var(--tile);border:1px solid var(--line);border-radius:6px;padding:.7em 1em;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
        svg{width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:var(--soft)}svg text.axis{font-size:11px}.grid{stroke:var(--line);stroke-width:1}
        svg path,svg line{fill:none;stroke-width:2}svg path.under{stroke-width:5;stroke-opacity:.55}.dashed{stroke-dasharray:6 4}svg path.area{fill-opacity:.45;stroke-width:1}
        """;

    private readonly StringBuilder _page = new();

    public HtmlPage(string title)
    {
        _page.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Escape(title)}</title><style>{Style}\n");
        for (int i = 0; i < SvgCanvas.Colours; i++)
        {
            _page.Append(CultureInfo.InvariantCulture, $".s{i}{{stroke:var(--c{i})}}svg .f{i}{{fill:var(--c{i})}}");
        }

        _page.Append(CultureInfo.InvariantCulture, $"</style></head><body>\n<h1>{Escape(title)}</h1>\n");
    }

    public void Heading(string text) => _page.Append(CultureInfo.InvariantCulture, $"<h2>{Escape(text)}</h2>\n");

    public void Paragraph(string text, string style = "") => _page.Append(CultureInfo.InvariantCulture, $"<p{(style.Length > 0 ? $" class=\"{style}\"" : string.Empty)}>{Escape(text)}</p>\n");

    public void Code(string text) => _page.Append(CultureInfo.InvariantCulture, $"<pre>{Escape(text)}</pre>\n");

    public void List(IEnumerable<string> lines) => _page.Append("<ul>").AppendJoin(string.Empty, lines.Select(line => $"<li>{Escape(line)}</li>")).Append("</ul>\n");

    public void Tiles(IEnumerable<(string Name, string Value)> tiles) =>
        _page.Append("<div class=\"tiles\">").AppendJoin(string.Empty, tiles.Select(tile => $"<div><span>{Escape(tile.Name)}</span><b>{Escape(tile.Value)}</b></div>")).Append("</div>\n");

    public void Table(IEnumerable<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        _page.Append("<div class=\"wide\"><table><tr>").AppendJoin(string.Empty, headings.Select(heading => $"<th>{Escape(heading)}</th>")).Append("</tr>\n");
        foreach (IReadOnlyList<string> row in rows)
        {
            _page.Append("<tr>").AppendJoin(string.Empty, row.Select(cell => $"<td>{Escape(cell)}</td>")).Append("</tr>\n");
        }

        _page.Append("</table></div>\n");
    }

    /// <summary>Adds a chart, which is markup already.</summary>
    public void Chart(string svg) => _page.Append(svg).Append('\n');

    public string Finish() => _page.Append("</body></html>\n").ToString();

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
