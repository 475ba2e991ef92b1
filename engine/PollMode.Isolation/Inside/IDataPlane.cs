namespace PollMode.Isolation;

/// <summary>What a data plane consists of: its drivers, its stages, and its ways to the app. The same class serves wherever the data plane runs.</summary>
public interface IDataPlane
{
    /// <summary>Puts it together. Called in the data plane's runtime, once for each engine; what it throws reaches the app as an exception.</summary>
    void Define(DataPlaneBuilder plane);
}
