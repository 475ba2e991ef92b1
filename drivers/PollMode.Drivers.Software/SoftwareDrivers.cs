namespace PollMode.Drivers.Software;

/// <summary>The software drivers and decorators, to be registered at once.</summary>
public static class SoftwareDrivers
{
    /// <summary>Adds <c>null</c>, <c>ring</c>, <c>gen</c> and the decorator <c>fault</c>.</summary>
    /// <returns>The registry, for chaining.</returns>
    public static DriverRegistry AddSoftwareDrivers(this DriverRegistry drivers)
    {
        ArgumentNullException.ThrowIfNull(drivers);
        return drivers
            .Add(new NullDriver())
            .Add(new RingDriver())
            .Add(new GeneratorDriver())
            .Add(new FaultDecorator());
    }
}
