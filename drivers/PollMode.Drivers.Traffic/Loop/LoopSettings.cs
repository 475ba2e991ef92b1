namespace PollMode.Drivers.Traffic;

/// <summary>What a loop port's spec says.</summary>
internal sealed record LoopSettings(Rate Rate, int Queue, long DelayNanoseconds)
{
    private const int MostQueued = 1 << 16;

    /// <summary>Packets that its ring holds: those that wait, and those that are delayed.</summary>
    internal int RingPackets => Math.Max(2 * Queue, 1024);

    internal static LoopSettings Read(PortSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Device.Length > 0)
        {
            throw new PollModeException($"'{spec.Text}' names a device, and loop has none; write loop or loop:rate=1Mpps.");
        }

        Rate rate = Rate.Parse(spec.GetText("rate", "max"));
        return rate.Unit != RateUnit.LinePercent
            ? new LoopSettings(rate, (int)spec.GetInteger("queue", 512, 1, MostQueued), TimeText.ParseNanoseconds(spec.GetText("delay", "0ns")))
            : throw new PollModeException($"The rate of '{spec.Text}' is a percentage, and a loop has no line; write it in pps or bps.");
    }
}
