namespace PollMode.Drivers.Software.Tests;

/// <summary>A stage made of a lambda, with a name.</summary>
internal sealed class BurstStage(string name, BurstStage.Work work) : IStage
{
    internal delegate void Work(ref Burst burst);

    public string Name => name;

    public void Process(ref Burst burst) => work(ref burst);
}
