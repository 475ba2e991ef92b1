namespace PollMode.EndToEnd;

/// <summary>Does nothing to any packet: what is left is the price of having a stage.</summary>
internal sealed class PassStage : IStage
{
    public bool KeepsLengths => true;

    public void Process(ref Burst burst)
    {
    }
}
