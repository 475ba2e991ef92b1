using PollMode.Testing;

namespace PollMode.Drivers.Software.Tests;

/// <summary>A traced port is a port like any other.</summary>
public sealed class TraceOverRingTests : PortContract
{
    protected override DriverRegistry Drivers { get; } = new DriverRegistry().AddSoftwareDrivers();

    protected override PortHarness Open() => new PairHarness(Drivers, "trace:file=/dev/null+ring:a,size=512", "ring:a,size=512");

    protected override string SpecWith(string keyAndValue) => $"trace:{keyAndValue}+ring:a";
}
