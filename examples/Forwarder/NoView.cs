namespace PollMode.Examples.Forwarder;

/// <summary>Shows nothing, so that nothing of the process is spent on it.</summary>
internal sealed class NoView : IView
{
    /// <inheritdoc/>
    public void Show(RunLimits run)
    {
        while (run.WaitForReport())
        {
            // The next interval.
        }
    }
}
