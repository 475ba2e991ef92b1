namespace PollMode;

/// <summary>Whether frames can pass a port.</summary>
public enum LinkState
{
    /// <summary>Frames pass.</summary>
    Up,

    /// <summary>The carrier is off or the interface is down; it may come back.</summary>
    Down,

    /// <summary>The device has gone away and will not come back to this port.</summary>
    Gone,
}
