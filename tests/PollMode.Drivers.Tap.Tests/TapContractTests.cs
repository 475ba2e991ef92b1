using PollMode.Drivers.AfPacket;
using PollMode.Testing;

namespace PollMode.Drivers.Tap.Tests;

/// <summary>What every port keeps, kept by a TAP interface with packet sockets at its kernel's side.</summary>
public sealed class TapContractTests : PortContract
{
    protected override DriverRegistry Drivers { get; } = new DriverRegistry().Add(new TapDriver()).Add(new AfPacketDriver());

    protected override PortHarness Open() => TapHarness.Make(Drivers);

    protected override string SpecWith(string keyAndValue) => $"tap:pmcontract,{keyAndValue}";
}
