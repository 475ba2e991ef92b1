namespace PollMode.Drivers.Software;

/// <summary>What a null port's spec says.</summary>
internal sealed record NullSettings(int Size, long Frames, int Queues)
{
    internal const long Endless = -1;

    internal static NullSettings Read(PortSpec spec, int maxQueues)
    {
        if (spec.Device.Length > 0)
        {
            throw new PollModeException($"'{spec.Text}' names a device, and null has none; write null or null:size=64.");
        }

        long frames = spec.GetText("rx", "endless") == "endless" ? Endless : spec.GetInteger("rx", Endless, 0, long.MaxValue);
        int queues = frames == 0 ? 0 : (int)spec.GetInteger("queues", 1, 1, maxQueues);
        return new NullSettings((int)spec.GetInteger("size", 64, 14, 65536), frames, queues);
    }
}
