using PollMode.Testing;

namespace PollMode.Drivers.Software.Tests;

/// <summary>A bad wire without faults is a port like any other, on both directions of a ring.</summary>
public sealed class FaultOverRingTests : PortContract
{
    protected override DriverRegistry Drivers { get; } = new DriverRegistry().AddSoftwareDrivers();

    protected override PortHarness Open() => new PairHarness(Drivers, "fault:loss=0,duplicate=0%,on=both+ring:a,size=512", "ring:a,size=512");

    protected override string SpecWith(string keyAndValue) => $"fault:{keyAndValue}+ring:a";
}
