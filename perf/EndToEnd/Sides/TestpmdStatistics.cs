using System.Globalization;
using System.Text.RegularExpressions;

namespace PollMode.EndToEnd;

/// <summary>
/// The counters that dpdk-testpmd prints once a second (<c>--stats-period=1</c>), all ports together. It prints a block for each port; a
/// second is complete with the last port's.
/// </summary>
internal sealed partial class TestpmdStatistics(int ports)
{
    private readonly Dictionary<string, double> _sums = [];
    private int _seen;

    /// <summary>Takes a line of the output.</summary>
    /// <returns>The second that the line completes, or null.</returns>
    internal TestpmdSecond? Take(string line)
    {
        foreach (Match match in Counter().Matches(line))
        {
            string name = match.Groups["name"].Value;
            _sums[name] = _sums.GetValueOrDefault(name) + double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture);
            if (name == "Tx-pps" && ++_seen == ports)
            {
                var second = new TestpmdSecond(
                    _sums.GetValueOrDefault("RX-packets"), _sums.GetValueOrDefault("RX-missed"), _sums.GetValueOrDefault("TX-packets"),
                    _sums.GetValueOrDefault("Rx-pps"), _sums.GetValueOrDefault("Tx-pps"));
                _sums.Clear();
                _seen = 0;
                return second;
            }
        }

        return null;
    }

    [GeneratedRegex(@"(?<name>[RT][Xx]-(packets|missed|pps)):\s+(?<value>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Counter();
}
