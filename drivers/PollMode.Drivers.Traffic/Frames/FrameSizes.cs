using System.Globalization;

namespace PollMode.Drivers.Traffic;

/// <summary>
/// Frame sizes, FCS included: fixed <c>64</c>; a mix by weight <c>64:7,594:4,1518:1</c>, which has the name <c>imix</c>; random <c>64-1518</c>.
/// </summary>
public sealed class FrameSizes
{
    /// <summary>The longest frame that can be built.</summary>
    public const int Longest = 16000;

    private const int MostWeight = 1000;

    private readonly string _text;

    private FrameSizes(string text, IReadOnlyList<int> sizes, IReadOnlyList<int> pattern)
    {
        _text = text;
        Sizes = sizes;
        Pattern = pattern;
        Mean = pattern.Count > 0 ? pattern.Average(index => sizes[index]) : sizes.Average();
    }

    /// <summary>The sizes that occur, each once.</summary>
    public IReadOnlyList<int> Sizes { get; }

    /// <summary>Mean size in bytes.</summary>
    public double Mean { get; }

    /// <summary>Indices of sizes in the order in which they are sent, over and over; empty when every size is as likely as any other.</summary>
    internal IReadOnlyList<int> Pattern { get; }

    /// <summary>Frames of one size.</summary>
    public static FrameSizes Fixed(int frameBytes) => Parse(frameBytes.ToString(CultureInfo.InvariantCulture));

    /// <summary>Reads sizes.</summary>
    /// <exception cref="PollModeException">They are not of the syntax described, or no Ethernet frame is of that size.</exception>
    public static FrameSizes Parse(string text)
    {
        string trimmed = (text ?? string.Empty).Trim();
        string[] parts = (trimmed == "imix" ? "64:7,594:4,1518:1" : trimmed).Split(',', StringSplitOptions.TrimEntries);
        int dash = trimmed.IndexOf('-', StringComparison.Ordinal);
        if (dash > 0)
        {
            int first = Size(trimmed[..dash], trimmed);
            int last = Size(trimmed[(dash + 1)..], trimmed);
            return last >= first
                ? new FrameSizes(trimmed, [.. Enumerable.Range(first, last - first + 1)], [])
                : throw new PollModeException($"The frame sizes '{text}' run backwards; write the smaller one first.");
        }

        var sizes = new List<int>();
        var weights = new List<int>();
        foreach (string part in parts)
        {
            string[] pair = part.Split(':');
            int weight = 1;
            if (pair.Length > 2 || (pair.Length == 2 && (!int.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out weight) || weight is < 1 or > MostWeight)))
            {
                throw new PollModeException($"'{part}' in the frame sizes '{text}' is not SIZE:WEIGHT with a weight from 1 to {MostWeight}.");
            }

            sizes.Add(Size(pair[0], trimmed));
            weights.Add(weight);
        }

        return new FrameSizes(trimmed, sizes, Spread(weights));
    }

    /// <summary>The sizes in the syntax that <see cref="Parse"/> reads.</summary>
    public override string ToString() => _text;

    /// <summary>Each index as often as its weight says, as evenly as can be: whoever lags most behind its share comes next.</summary>
    private static int[] Spread(List<int> weights)
    {
        int total = weights.Sum();
        var pattern = new int[total];
        var given = new int[weights.Count];
        for (int i = 0; i < total; i++)
        {
            int best = 0;
            for (int j = 1; j < weights.Count; j++)
            {
                if (((long)weights[j] * (i + 1)) - ((long)given[j] * total) > ((long)weights[best] * (i + 1)) - ((long)given[best] * total))
                {
                    best = j;
                }
            }

            given[best]++;
            pattern[i] = best;
        }

        return pattern;
    }

    private static int Size(string text, string whole) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size is >= EthernetWire.MinimumFrameBytes and <= Longest
            ? size
            : throw new PollModeException($"'{text}' in the frame sizes '{whole}' is not a size from {EthernetWire.MinimumFrameBytes} to {Longest} bytes with FCS; write 64, 64:7,594:4,1518:1, imix or 64-1518.");
}
