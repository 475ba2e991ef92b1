using System.Text;

namespace PollMode.EndToEnd;

/// <summary>The rates of one case, in millions of packets per second, run by run.</summary>
internal sealed record ComparisonResult(string Case, IReadOnlyList<double> PollMode, IReadOnlyList<double> Peer)
{
    /// <summary>PollMode's rate over the peer's, pair by pair.</summary>
    public IEnumerable<double> Ratios => PollMode.Zip(Peer, (ours, theirs) => ours / theirs);

    public override string ToString() => Peer.Count == 0
        ? $"{Case,-24} PollMode {Spread.Of(PollMode)} Mpps"
        : $"{Case,-24} PollMode {Spread.Of(PollMode)} Mpps, testpmd {Spread.Of(Peer)} Mpps, ratio {Spread.Of(Ratios)}";

    internal static string Table(IEnumerable<ComparisonResult> results, IEnumerable<string> machine, string? peer)
    {
        var text = new StringBuilder();
        foreach (string line in machine)
        {
            text.AppendLine($"- {line}");
        }

        text.AppendLine($"- peer: {peer ?? "none"}").AppendLine();
        text.AppendLine("| case | PollMode, Mpps | testpmd, Mpps | ratio, median (spread) |").AppendLine("|---|---|---|---|");
        foreach (ComparisonResult result in results)
        {
            text.AppendLine($"| {result.Case} | {Spread.Of(result.PollMode)} | {(result.Peer.Count > 0 ? Spread.Of(result.Peer) : "-")} | {(result.Peer.Count > 0 ? Spread.Of(result.Ratios) : "-")} |");
        }

        return text.ToString();
    }
}
