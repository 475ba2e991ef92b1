using PollMode.Testing;

namespace PollMode.Drivers.Software.Tests;

/// <summary>A traced source that rents its buffers.</summary>
public sealed class TraceOverNullTests : PortContract
{
    protected override DriverRegistry Drivers { get; } = new DriverRegistry().AddSoftwareDrivers();

    protected override PortHarness Open() => new SourceHarness(Drivers, "trace:packets=3,file=/dev/null+null");

    protected override string SpecWith(string keyAndValue) => $"trace:{keyAndValue}+null";
}
