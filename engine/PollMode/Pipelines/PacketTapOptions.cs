namespace PollMode;

/// <summary>How a <see cref="PacketTap"/> takes packets, and what it does when they are too many.</summary>
public sealed class PacketTapOptions
{
    /// <summary>How packets get into the tap.</summary>
    public TapMode Mode { get; set; } = TapMode.Take;

    /// <summary>What happens when the reader does not keep up.</summary>
    public TapBackPressure BackPressure { get; set; } = TapBackPressure.DropNewest;

    /// <summary>Packets that wait between a worker and the reader's side at most, for each worker; rounded up to a power of two.</summary>
    public int RingPackets { get; set; } = 1024;

    /// <summary>Bytes that wait in the pipe at most before its writer pauses and the ring fills.</summary>
    public int PipeBytes { get; set; } = 1 << 20;

    /// <summary>Longest that a worker waits for room, with <see cref="TapBackPressure.Wait"/>.</summary>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the reader's side looks for packets when there were none: what the first packet after a pause waits at most.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(1);

    internal void Validate()
    {
        Require(RingPackets is >= 1 and <= 1 << 20, $"RingPackets is {RingPackets}; choose from 1 to 1048576.");
        Require(PipeBytes >= 1, $"PipeBytes is {PipeBytes}; choose 1 or more, better some 100000.");
        Require(LongestWait >= TimeSpan.Zero && LongestWait <= TimeSpan.FromHours(1), $"LongestWait is {LongestWait}; choose up to an hour.");
        Require(PollInterval >= TimeSpan.FromMilliseconds(1) && PollInterval <= TimeSpan.FromMinutes(1), $"PollInterval is {PollInterval}; choose from a millisecond to a minute.");
    }

    private static void Require(bool holds, string fault)
    {
        if (!holds)
        {
            throw new PollModeException($"The tap's {fault}");
        }
    }
}
