namespace PollMode.Isolation;

/// <content>How the app's side hears what happens in the data plane.</content>
public sealed partial class DataPlaneEngine
{
    private readonly Thread _watcher;
    private readonly Lock _telling = new();

    /// <summary>Waits in the data plane for something to happen, and tells it.</summary>
    private void Watch()
    {
        try
        {
            while (!_closed)
            {
                Ask(BorderVerb.WaitForEvents);
                TellEvents();
            }
        }
        catch (InvalidOperationException)
        {
            // The engine was disposed.
        }
        catch (PollModeException fault)
        {
            if (_border.Lost.IsFaulted && !_closed)
            {
                _completion.TrySetException(fault);
                _observer?.Lost(this, fault);
            }
        }
    }

    /// <summary>Takes what has happened and tells it, in order whoever does it.</summary>
    private void TellEvents()
    {
        lock (_telling)
        {
            if (!_closed && !_border.Lost.IsFaulted)
            {
                Tell(BorderJson.Read(Ask(BorderVerb.TakeEvents), BorderJson.Default.ListEngineEvent));
            }
        }
    }

    private void Tell(List<EngineEvent> events)
    {
        foreach (EngineEvent happened in events)
        {
            if (happened.Kind != EngineEventKind.Completed)
            {
                if (_observer != null)
                {
                    happened.Tell(_observer, this);
                }
            }
            else if (happened.Fault is { } fault)
            {
                _completion.TrySetException(fault.ToException());
            }
            else
            {
                _completion.TrySetResult();
            }
        }
    }
}
