namespace PollMode.Hosting.Tests;

internal sealed class DropStage(DropReason reason) : IStage
{
    public void Process(ref Burst burst) => burst.DropAll(reason);
}
