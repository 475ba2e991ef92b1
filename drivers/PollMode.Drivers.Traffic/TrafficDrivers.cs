namespace PollMode.Drivers.Traffic;

/// <summary>The drivers and decorators of this assembly, to be registered at once.</summary>
public static class TrafficDrivers
{
    /// <summary>Adds <c>traffic</c>, <c>loop</c> and the decorator <c>pace</c>.</summary>
    /// <param name="drivers">The registry.</param>
    /// <param name="clock">What all of them measure time by; null for the system's clock.</param>
    /// <returns>The registry, for chaining.</returns>
    public static DriverRegistry AddTrafficDrivers(this DriverRegistry drivers, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(drivers);
        return drivers
            .Add(new TrafficDriver(clock))
            .Add(new LoopDriver(clock))
            .Add(new PaceDecorator(clock));
    }
}
