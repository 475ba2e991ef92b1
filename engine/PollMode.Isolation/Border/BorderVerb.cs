namespace PollMode.Isolation;

/// <summary>What the app asks of a data plane. Each has a request and a reply as bytes: JSON, or text, or none.</summary>
internal enum BorderVerb
{
    /// <summary>Makes an engine: <see cref="SessionRequest"/>, answered by its number.</summary>
    Create,

    /// <summary>Opens it.</summary>
    Open,

    /// <summary>Starts it.</summary>
    Start,

    /// <summary>Stops receiving.</summary>
    StopReceiving,

    /// <summary>Stops it within so many milliseconds, answered by whether it had drained.</summary>
    Stop,

    /// <summary>Closes it for good: answered by <see cref="SessionEnd"/>.</summary>
    Dispose,

    /// <summary>Answered by <see cref="EngineState"/> as a number.</summary>
    State,

    /// <summary>Answered by <see cref="EngineStatistics"/>.</summary>
    Statistics,

    /// <summary>Returns when there are events, or after a second.</summary>
    WaitForEvents,

    /// <summary>Answered by the <see cref="EngineEvent"/>s since the last time.</summary>
    TakeEvents,

    /// <summary>A tap by name: answered by the places of its rings, one for each worker.</summary>
    Tap,

    /// <summary>An app port by name: answered by <see cref="LinkPlaces"/>.</summary>
    Link,

    /// <summary>A command of the user's own: <see cref="CommandRequest"/>, answered by text.</summary>
    Command,
}
