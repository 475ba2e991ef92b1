namespace PollMode.Drivers.Tap.Tests;

/// <summary>Remembers the longest frame that passed, and what it left to its device. For one worker.</summary>
internal sealed class LongestFrameStage : IStage
{
    private int _bytes;
    private int _flags;

    /// <summary>Its length. From any thread.</summary>
    public int Bytes => Volatile.Read(ref _bytes);

    /// <summary>Its requests. From any thread.</summary>
    public PacketFlags Requests => (PacketFlags)Volatile.Read(ref _flags);

    public void Process(ref Burst burst)
    {
        foreach (Packet packet in burst.Packets)
        {
            if (packet.TotalLength > _bytes)
            {
                Volatile.Write(ref _flags, (int)(packet.Flags & SoftwareOffload.Requests));
                Volatile.Write(ref _bytes, packet.TotalLength);
            }
        }
    }
}
