using System.Globalization;
using System.Text.RegularExpressions;

namespace PollMode.EndToEnd;

/// <summary>What dpdk-test's performance tests print.</summary>
internal static partial class DpdkTestOutput
{
    /// <summary>
    /// Cycles of the timestamp counter for one bulk that goes into a ring of one producer and one consumer and comes out again, on one core.
    /// </summary>
    /// <param name="line">A line of ring_perf_autotest.</param>
    /// <param name="bulk">Objects of the bulk.</param>
    /// <returns>Null if the line tells something else.</returns>
    internal static double? RingCycles(string line, int bulk)
    {
        Match match = RingLine().Match(line);
        bool isIt = match.Success && (bulk == 1 ? match.Groups["kind"].Value == "single" : match.Groups["kind"].Value == "bulk" && match.Groups["size"].Value == Text(bulk));
        return isIt ? double.Parse(match.Groups["cycles"].Value, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Objects per second that one core gets from a pool with a cache and puts back.</summary>
    /// <param name="line">A line of mempool_perf_autotest.</param>
    /// <param name="bulk">Objects at once.</param>
    /// <param name="keep">Objects out at the same time.</param>
    /// <param name="constant">Whether the compiler knew the bulk.</param>
    /// <returns>Null if the line tells something else.</returns>
    internal static double? MempoolRate(string line, int bulk, int keep, bool constant = false)
    {
        Match match = MempoolLine().Match(line);
        bool isIt = match.Success && match.Groups["cache"].Value != "0" && match.Groups["get"].Value == Text(bulk) && match.Groups["put"].Value == Text(bulk)
            && match.Groups["keep"].Value == Text(keep) && match.Groups["constant"].Value == (constant ? "1" : "0");
        return isIt ? double.Parse(match.Groups["rate"].Value, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Cycles of the timestamp counter in a nanosecond, from the line in which EAL tells its frequency.</summary>
    internal static double? CyclesPerNanosecond(string line)
    {
        Match match = Frequency().Match(line);
        return match.Success ? double.Parse(match.Groups["khz"].Value, CultureInfo.InvariantCulture) / 1e6 : null;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^legacy APIs: SP/SC: (?<kind>single|bulk)( \(size: (?<size>\d+)\))?: (?<cycles>[\d.]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RingLine();

    [GeneratedRegex(@"mempool_autotest cache=(?<cache>\d+) cores=1 n_get_bulk=(?<get>\d+) n_put_bulk=(?<put>\d+) n_keep=(?<keep>\d+) constant_n=(?<constant>[01]) rate_persec=(?<rate>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MempoolLine();

    [GeneratedRegex(@"TSC frequency is ~(?<khz>\d+) KHz", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Frequency();
}
