using PollMode.Testing;

namespace PollMode.Drivers.Traffic.Tests;

/// <summary>A traffic port is a port like any other.</summary>
public sealed class TrafficPortContractTests : PortContract
{
    protected override DriverRegistry Drivers { get; } = new DriverRegistry().AddTrafficDrivers();

    protected override PortHarness Open() => new SourceHarness(Drivers, "traffic");

    protected override string SpecWith(string keyAndValue) => $"traffic:{keyAndValue}";
}
