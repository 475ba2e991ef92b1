namespace PollMode;

/// <summary>Where an engine is in its life.</summary>
public enum EngineState
{
    /// <summary>Made, nothing opened.</summary>
    Created,

    /// <summary>Memory is taken and ports are open.</summary>
    Opened,

    /// <summary>Workers run.</summary>
    Running,

    /// <summary>Workers have joined.</summary>
    Stopped,

    /// <summary>Everything was given back.</summary>
    Closed,
}
