namespace PollMode.Examples.Isolated;

/// <summary>A stage: sends one frame of so many to the app, for its asynchronous code to answer. The answer comes in by the same port.</summary>
internal sealed class AskTheApp(Asking asking) : IStage
{
    private int _app = Burst.NoPort;
    private int _untilNext = 1;

    /// <summary>It says where packets go and changes none.</summary>
    public bool KeepsLengths => true;

    /// <inheritdoc/>
    public void Start(StageContext context)
    {
        for (int i = 0; i < context.Ports.Count; i++)
        {
            _app = context.Ports[i].Name.StartsWith("app:", StringComparison.Ordinal) ? i : _app;
        }

        if (_app == Burst.NoPort)
        {
            throw new PollModeException("The data plane asks the app by a port app:NAME, and none of the ports is one; add it to Ports.");
        }
    }

    /// <inheritdoc/>
    public void Process(ref Burst burst)
    {
        if (burst.RxPort == _app)
        {
            return;
        }

        int every = asking.Every;
        for (int i = 0; i < burst.Count; i++)
        {
            if (--_untilNext <= 0)
            {
                _untilNext = every;
                burst.SendTo(i, _app);
            }
        }
    }
}
