namespace PollMode;

/// <summary>What a <see cref="PacketTap"/> does when its reader does not keep up.</summary>
public enum TapBackPressure
{
    /// <summary>What arrives while the ring is full is dropped: the reader sees the beginning of a rush.</summary>
    DropNewest,

    /// <summary>What waits longest in the ring is dropped to make room: the reader sees what happens now.</summary>
    DropOldest,

    /// <summary>
    /// The worker waits for room, up to <see cref="PacketTapOptions.LongestWait"/>, and then drops the newest. For sources that wait
    /// themselves, such as captures: a worker that waits does not poll, and a NIC drops meanwhile.
    /// </summary>
    Wait,
}
