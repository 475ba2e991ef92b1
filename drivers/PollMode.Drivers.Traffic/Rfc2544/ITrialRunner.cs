namespace PollMode.Drivers.Traffic;

/// <summary>Carries out trials: what the benchmarks know of the device under test.</summary>
public interface ITrialRunner
{
    /// <summary>Sends, waits for what is under way, and says what became of it. Blocks.</summary>
    /// <exception cref="OperationCanceledException">The user wants no more.</exception>
    TrafficResult Run(TrialRequest request);
}
