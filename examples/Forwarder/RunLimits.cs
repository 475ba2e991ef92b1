namespace PollMode.Examples.Forwarder;

/// <summary>Says when the run is over: the sources have ended, a limit was reached, or a signal came.</summary>
internal sealed class RunLimits(Engine engine, ForwarderOptions options, RunClock clock, StopSignals stop)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <summary>Time between two reports of a view.</summary>
    public TimeSpan Interval => options.Interval;

    /// <summary>Waits until it is time for a report. Allocates nothing.</summary>
    /// <returns>False when the run is over.</returns>
    public bool WaitForReport()
    {
        TimeSpan until = clock.Elapsed + Interval;
        while (clock.Elapsed < until)
        {
            clock.Tick();
            if (IsOver() || stop.Wait(Look))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsOver() =>
        engine.Completion.IsCompleted
        || (options.Duration is { } duration && clock.Elapsed >= duration)
        || (options.Packets is { } packets && engine.ReceivedPackets >= packets);
}
