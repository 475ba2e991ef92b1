using System.Globalization;

namespace PollMode.Examples.PacketGen;

/// <summary>Numbers as people read them.</summary>
internal static class Figures
{
    /// <summary>A rate of packets, to six digits behind the point.</summary>
    public static string Rate(double packetsPerSecond) => packetsPerSecond switch
    {
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{packetsPerSecond / 1e6:0.######} Mpps"),
        >= 1e3 => string.Create(CultureInfo.InvariantCulture, $"{packetsPerSecond / 1e3:0.######} kpps"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{packetsPerSecond:0.###} pps"),
    };

    /// <summary>A rate of bits.</summary>
    public static string Bits(double bitsPerSecond) => bitsPerSecond switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{bitsPerSecond / 1e9:0.###} Gbit/s"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{bitsPerSecond / 1e6:0.###} Mbit/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bitsPerSecond / 1e3:0.###} kbit/s"),
    };

    /// <summary>A part as a percentage.</summary>
    public static string Percent(double part) => string.Create(CultureInfo.InvariantCulture, $"{part * 100:0.######} %");

    /// <summary>A number with its thousands set off.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number in at most nine characters.</summary>
    public static string ShortCount(long value) => value switch
    {
        < 10_000_000 => Count(value),
        < 10_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.000}M"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value / 1e9:0.000}G"),
    };

    /// <summary>A time in three digits.</summary>
    public static string ShortTime(double nanoseconds) => nanoseconds switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e9:G3}s"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:G3}ms"),
        >= 1e3 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e3:G3}us"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:0}ns"),
    };
}
