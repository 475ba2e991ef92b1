using PollMode.Drivers.Software;
using PollMode.Testing;

namespace PollMode.Drivers.Traffic.Tests;

/// <summary>A paced port is a port like any other.</summary>
public sealed class PaceOverRingContractTests : PortContract
{
    protected override DriverRegistry Drivers { get; } = new DriverRegistry().AddSoftwareDrivers().AddTrafficDrivers();

    protected override PortHarness Open() => new PairHarness(Drivers, "pace:speed=1+ring:a,size=512", "ring:a,size=512");

    protected override string SpecWith(string keyAndValue) => $"pace:{keyAndValue}+ring:a";
}
