namespace PollMode.Drivers.Software;

/// <summary>The software drivers and decorators, to be registered at once.</summary>
public static class SoftwareDrivers
{
    /// <summary>Adds <c>null</c>, <c>ring</c>, <c>gen</c> and <c>pcap</c>, and the decorators <c>fault</c>, <c>trace</c> and <c>capture</c>.</summary>
    /// <returns>The registry, for chaining.</returns>
    public static DriverRegistry AddSoftwareDrivers(this DriverRegistry drivers)
    {
        ArgumentNullException.ThrowIfNull(drivers);
        return drivers
            .Add(new NullDriver())
            .Add(new RingDriver())
            .Add(new GeneratorDriver())
            .Add(new PcapDriver())
            .Add(new FaultDecorator())
            .Add(new TraceDecorator())
            .Add(new CaptureDecorator());
    }
}
