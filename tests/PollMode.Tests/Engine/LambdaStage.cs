namespace PollMode.Tests;

internal sealed class LambdaStage(LambdaStage.Work work, Action<StageContext>? start = null, bool keepsLengths = false) : IStage
{
    internal delegate void Work(ref Burst burst);

    public bool KeepsLengths => keepsLengths;

    public void Start(StageContext context) => start?.Invoke(context);

    public void Process(ref Burst burst) => work(ref burst);
}
