namespace PollMode.Isolation.Hosting;

/// <summary>Where a data plane runs.</summary>
public enum IsolationMode
{
    /// <summary>In the app's own runtime: its collections stop the workers.</summary>
    None,

    /// <summary>In a native library that is loaded into the app's process, with a runtime of its own.</summary>
    Library,

    /// <summary>In a process of its own, which the app starts.</summary>
    Process,
}
