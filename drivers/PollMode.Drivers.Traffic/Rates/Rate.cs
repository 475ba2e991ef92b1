using System.Globalization;

namespace PollMode.Drivers.Traffic;

/// <summary>
/// How fast to send, in one syntax: <c>10%</c> of the line, <c>3.2Mpps</c>, <c>5Gbps</c> of frames (layer 2), <c>5GbpsL1</c> on the wire,
/// <c>max</c>. The prefixes k, M, G and T are powers of a thousand.
/// </summary>
/// <param name="Unit">What is counted.</param>
/// <param name="Value">How many in a second, or the percentage; of no meaning for <see cref="RateUnit.Max"/>.</param>
public readonly record struct Rate(RateUnit Unit, double Value)
{
    private static readonly System.Buffers.SearchValues<char> NumberCharacters = System.Buffers.SearchValues.Create("0123456789.");

    private const double MostPackets = 1e12;
    private const double MostBits = 1e15;

    /// <summary>As fast as the port takes frames.</summary>
    public static Rate Max => new(RateUnit.Max, 0);

    /// <summary>Whether it is <see cref="Max"/>.</summary>
    public bool IsMax => Unit == RateUnit.Max;

    /// <summary>Reads a rate.</summary>
    /// <exception cref="PollModeException">It is not of the syntax, or no rate at all.</exception>
    public static Rate Parse(string text)
    {
        string trimmed = (text ?? string.Empty).Trim();
        if (trimmed.Equals("max", StringComparison.OrdinalIgnoreCase))
        {
            return Max;
        }

        int digits = trimmed.AsSpan().IndexOfAnyExcept(NumberCharacters);
        string unit = digits < 0 ? string.Empty : trimmed[digits..].Trim();
        if (digits <= 0 || !double.TryParse(trimmed.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) || !TryUnit(unit, out RateUnit kind, out double factor))
        {
            throw new PollModeException($"'{text}' is not a rate; write for example 10%, 3.2Mpps, 5Gbps (frames), 5GbpsL1 (on the wire) or max.");
        }

        var rate = new Rate(kind, number * factor);
        double most = kind switch
        {
            RateUnit.LinePercent => 100,
            RateUnit.PacketsPerSecond => MostPackets,
            _ => MostBits,
        };
        if (!(rate.Value > 0 && rate.Value <= most))
        {
            throw new PollModeException(kind == RateUnit.LinePercent
                ? $"The rate '{text}' is impossible; a percentage of the line is above 0% and at most 100%."
                : $"The rate '{text}' is impossible; give one above zero and at most {new Rate(kind, most)}.");
        }

        return rate;
    }

    /// <summary>The same rate in its own unit, a percentage as bits on the wire.</summary>
    /// <param name="lineBitsPerSecond">Layer-1 rate of the line; zero when unknown.</param>
    /// <exception cref="PollModeException">A percentage of an unknown line.</exception>
    public Rate Resolve(double lineBitsPerSecond)
    {
        if (Unit != RateUnit.LinePercent)
        {
            return this;
        }

        return lineBitsPerSecond > 0
            ? new Rate(RateUnit.WireBitsPerSecond, lineBitsPerSecond * Value / 100)
            : throw new PollModeException($"The rate {this} is a part of a line whose rate is unknown; say the line's rate too, for example 10Gbps.");
    }

    /// <summary>Frames in a second, for frames of a mean size; infinite for <see cref="Max"/>. A percentage must have been resolved.</summary>
    /// <param name="meanFrameBytes">Mean of the frame sizes, FCS included.</param>
    public double PacketsPerSecond(double meanFrameBytes) => Unit switch
    {
        RateUnit.Max => double.PositiveInfinity,
        RateUnit.PacketsPerSecond => Value,
        RateUnit.FrameBitsPerSecond => Value / (meanFrameBytes * 8),
        RateUnit.WireBitsPerSecond => Value / ((meanFrameBytes + EthernetWire.OverheadBytes) * 8),
        _ => throw new InvalidOperationException("A percentage is resolved before it is used."),
    };

    /// <summary>What one frame counts in this unit: one, or its bits.</summary>
    internal long WorkOf(int frameBytes) => Unit switch
    {
        RateUnit.FrameBitsPerSecond => frameBytes * 8L,
        RateUnit.WireBitsPerSecond => EthernetWire.BitsOf(frameBytes),
        _ => 1,
    };

    /// <summary>A multiple of the rate.</summary>
    public Rate Times(double factor) => this with { Value = Value * factor };

    /// <summary>The rate in the syntax that <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        if (IsMax)
        {
            return "max";
        }

        if (Unit == RateUnit.LinePercent)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{Value:0.####}%");
        }

        (double factor, string prefix) = Value switch
        {
            >= 1e12 => (1e12, "T"),
            >= 1e9 => (1e9, "G"),
            >= 1e6 => (1e6, "M"),
            >= 1e3 => (1e3, "k"),
            _ => (1.0, string.Empty),
        };
        string unit = Unit switch
        {
            RateUnit.PacketsPerSecond => "pps",
            RateUnit.FrameBitsPerSecond => "bps",
            _ => "bpsL1",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Value / factor:0.######}{prefix}{unit}");
    }

    private static bool TryUnit(string text, out RateUnit unit, out double factor)
    {
        unit = default;
        factor = 1;
        if (text == "%")
        {
            unit = RateUnit.LinePercent;
            return true;
        }

        if (text.Length > 0 && "kKMGT".Contains(text[0], StringComparison.Ordinal))
        {
            factor = text[0] switch
            {
                'M' => 1e6,
                'G' => 1e9,
                'T' => 1e12,
                _ => 1e3,
            };
            text = text[1..];
        }

        RateUnit? found = text switch
        {
            "pps" => RateUnit.PacketsPerSecond,
            "bps" or "bit/s" or "bpsL2" => RateUnit.FrameBitsPerSecond,
            "bpsL1" => RateUnit.WireBitsPerSecond,
            _ => null,
        };
        unit = found ?? default;
        return found != null;
    }
}
