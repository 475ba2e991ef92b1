using System.Globalization;

namespace PollMode.Drivers.Traffic;

/// <summary>What a pace decorator's spec says.</summary>
internal sealed record PaceSettings(string Text, RateProfile? Rates, Spacing Spacing, double Speed, long Seed)
{
    internal static PaceSettings Read(PortSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        string rate = spec.GetText("rate");
        if (!double.TryParse(spec.GetText("speed", "1"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double speed) || speed is not (>= 0.001 and <= 1e6))
        {
            throw new PollModeException($"'speed={spec.GetText("speed")}' in the port spec '{spec.Text}' is not a number from 0.001 to 1000000.");
        }

        RateProfile? rates = rate.Length == 0 ? null : RateProfile.Parse(rate).Resolve(TrafficProfile.ReadLine(spec.GetText("line")), EthernetWire.MinimumFrameBytes);
        return new PaceSettings(spec.Text, rates, Spacing.Parse(spec.GetText("spacing", "constant")), speed, spec.GetInteger("seed", 1, long.MinValue, long.MaxValue));
    }
}
