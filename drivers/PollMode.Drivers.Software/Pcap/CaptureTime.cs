namespace PollMode.Drivers.Software;

/// <summary>The wall clock as captures have it.</summary>
internal static class CaptureTime
{
    /// <summary>Nanoseconds since 1970-01-01 UTC, in steps of 100.</summary>
    internal static long Now(TimeProvider time) => (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;

    /// <summary>The time to write for a packet: its own, or the present.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="now">The present if it was asked for already in this burst, or zero.</param>
    /// <param name="time">The clock.</param>
    internal static long Of(Packet packet, ref long now, TimeProvider time)
    {
        if ((packet.Flags & PacketFlags.HasTimestamp) != 0)
        {
            return packet.TimestampNanoseconds;
        }

        if (now == 0)
        {
            now = Now(time);
        }

        return now;
    }
}
