namespace PollMode.Examples.Forwarder;

/// <summary>Shows a run while it lasts.</summary>
internal interface IView
{
    /// <summary>Returns when the run is over.</summary>
    void Show(RunLimits run);
}
