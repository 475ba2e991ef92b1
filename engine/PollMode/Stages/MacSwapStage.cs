namespace PollMode;

/// <summary>Swaps the Ethernet addresses of every frame: what comes in goes back to who sent it.</summary>
public sealed unsafe class MacSwapStage : IStage
{
    /// <inheritdoc/>
    public void Process(ref Burst burst)
    {
        foreach (Packet packet in burst.Packets)
        {
            // Two loads and two stores that overlap by two bytes' worth of the addresses; a shorter frame changes bytes of its own buffer only.
            byte* frame = packet.DataPointer;
            ulong low = *(ulong*)frame;
            uint high = *(uint*)(frame + 8);
            *(uint*)frame = (uint)(low >> 48) | (high << 16);
            *(ulong*)(frame + 4) = (high >> 16) | (low << 16);
        }
    }
}
