namespace PollMode.Drivers.Tap.Tests;

/// <summary>Remembers the longest frame that passed. For one worker.</summary>
internal sealed class LongestFrameStage : IStage
{
    private int _bytes;

    /// <summary>Its length, from any thread.</summary>
    public int Bytes => Volatile.Read(ref _bytes);

    public void Process(ref Burst burst)
    {
        foreach (Packet packet in burst.Packets)
        {
            Volatile.Write(ref _bytes, Math.Max(_bytes, packet.TotalLength));
        }
    }
}
