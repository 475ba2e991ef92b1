namespace PollMode.Drivers.Software;

/// <summary>What a generator's spec says.</summary>
internal sealed record GeneratorSettings(int Size, int Flows, long Count, long Rate, bool IsIpv6, long Seed, int Queues)
{
    internal const long Endless = -1;

    private const int MaxQueues = 64;

    internal static GeneratorSettings Read(PortSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Device.Length > 0)
        {
            throw new PollModeException($"'{spec.Text}' names a device, and gen has none; write gen or gen:size=64.");
        }

        return new GeneratorSettings(
            (int)spec.GetInteger("size", 64, 64, 65535),
            (int)spec.GetInteger("flows", 1, 1, FrameTemplate.MaxFlows),
            spec.GetText("count", "endless") == "endless" ? Endless : spec.GetInteger("count", Endless, 0, long.MaxValue),
            spec.GetInteger("rate", 0, 0, 1_000_000_000),
            spec.GetWord("ip", "4", "4", "6") == "6",
            spec.GetInteger("seed", 1, long.MinValue, long.MaxValue),
            (int)spec.GetInteger("queues", 1, 1, MaxQueues));
    }
}
