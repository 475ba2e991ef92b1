using System.Numerics;

namespace PollMode.Drivers.Software;

/// <summary>What a ring port's spec says.</summary>
internal sealed record RingSettings(string Name, int Slots, int Queues, int Fill)
{
    private const int MaxSlots = 1 << 20;
    private const int MaxQueues = 64;

    internal static RingSettings Read(PortSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Device.Length == 0)
        {
            throw new PollModeException($"'{spec.Text}' names no ring; write ring:a, and ring:a again for its other end.");
        }

        int slots = (int)spec.GetInteger("size", 1024, 1, MaxSlots);
        slots = (int)BitOperations.RoundUpToPowerOf2((uint)slots);
        return new RingSettings(spec.Device, slots, (int)spec.GetInteger("queues", 1, 1, MaxQueues), (int)spec.GetInteger("fill", 0, 0, slots));
    }
}
