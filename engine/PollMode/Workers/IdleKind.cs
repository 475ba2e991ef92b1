namespace PollMode;

/// <summary>The idle strategies by name, for configuration files.</summary>
public enum IdleKind
{
    /// <summary><see cref="AdaptiveIdle"/>: spin, yield, then sleep.</summary>
    Adaptive,

    /// <summary><see cref="BusySpinIdle"/>: poll without rest.</summary>
    BusySpin,

    /// <summary><see cref="PauseIdle"/>: spin with the pause instruction.</summary>
    Pause,

    /// <summary><see cref="BlockingIdle"/>: wait in poll(2).</summary>
    Blocking,
}
