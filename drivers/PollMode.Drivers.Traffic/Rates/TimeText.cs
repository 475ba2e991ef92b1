using System.Globalization;

namespace PollMode.Drivers.Traffic;

/// <summary>Spans of time as users write them: <c>10s</c>, <c>5ms</c>, <c>200us</c>, <c>50ns</c>, <c>2m</c>, <c>1h</c>.</summary>
public static class TimeText
{
    private static readonly System.Buffers.SearchValues<char> NumberCharacters = System.Buffers.SearchValues.Create("0123456789.");

    /// <summary>Reads a span of time, in nanoseconds.</summary>
    /// <exception cref="PollModeException">It is not of that syntax, or longer than a thousand hours.</exception>
    public static long ParseNanoseconds(string text)
    {
        string trimmed = (text ?? string.Empty).Trim();
        int digits = trimmed.AsSpan().IndexOfAnyExcept(NumberCharacters);
        double factor = digits <= 0 ? 0 : trimmed[digits..] switch
        {
            "ns" => 1,
            "us" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" or "min" => 60e9,
            "h" => 3600e9,
            _ => 0,
        };
        return factor > 0 && double.TryParse(trimmed.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number * factor <= 3.6e15
            ? (long)Math.Round(number * factor)
            : throw new PollModeException($"'{text}' is not a span of time; write for example 10s, 5ms, 200us, 50ns, 2m or 1h.");
    }

    /// <summary>Writes a span of time with the unit that suits it.</summary>
    public static string Format(double nanoseconds) => Math.Abs(nanoseconds) switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e9:0.###} s"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:0.###} ms"),
        >= 1e3 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e3:0.###} us"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:0} ns"),
    };
}
