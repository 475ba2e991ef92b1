using System.Globalization;

namespace PollMode.Drivers.Traffic;

/// <summary>
/// How packets are spread over time: <c>constant</c>, <c>poisson</c>, <c>burst:32</c> (32 at once, the mean being the rate) or
/// <c>burst:32:1ms</c> (32 at the rate, then silence for 1 ms).
/// </summary>
/// <param name="Kind">The law.</param>
/// <param name="Packets">Packets of a burst.</param>
/// <param name="GapNanoseconds">Silence between bursts; zero when bursts come as often as the rate says.</param>
public readonly record struct Spacing(SpacingKind Kind, int Packets = 1, long GapNanoseconds = 0)
{
    private const int MostPackets = 1_000_000;

    /// <summary>Reads a spacing.</summary>
    /// <exception cref="PollModeException">It is not of the syntax described.</exception>
    public static Spacing Parse(string text)
    {
        string[] parts = (text ?? string.Empty).Split(':', StringSplitOptions.TrimEntries);
        if (parts is ["constant"])
        {
            return default(Spacing) with { Packets = 1 };
        }

        if (parts is ["poisson"])
        {
            return new Spacing(SpacingKind.Poisson);
        }

        return parts.Length is 2 or 3 && parts[0] == "burst" && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int packets) && packets is >= 1 and <= MostPackets
            ? new Spacing(SpacingKind.Burst, packets, parts.Length == 3 ? TimeText.ParseNanoseconds(parts[2]) : 0)
            : throw new PollModeException($"'{text}' is not a spacing; write constant, poisson, burst:N or burst:N:GAP with N from 1 to {MostPackets}, for example burst:32:1ms.");
    }

    /// <summary>The spacing in the syntax that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Kind switch
    {
        SpacingKind.Poisson => "poisson",
        SpacingKind.Burst when GapNanoseconds > 0 => $"burst:{Packets}:{TimeText.Format(GapNanoseconds).Replace(" ", string.Empty, StringComparison.Ordinal)}",
        SpacingKind.Burst => $"burst:{Packets}",
        _ => "constant",
    };
}
