using PollMode.Testing;

namespace PollMode.Drivers.Software.Tests;

/// <summary>A bad wire without faults in front of a source that rents its buffers.</summary>
public sealed class FaultOverGeneratorTests : PortContract
{
    protected override DriverRegistry Drivers { get; } = new DriverRegistry().AddSoftwareDrivers();

    protected override PortHarness Open() => new SourceHarness(Drivers, "fault:on=both+gen:flows=3");

    protected override string SpecWith(string keyAndValue) => $"fault:{keyAndValue}+gen";
}
