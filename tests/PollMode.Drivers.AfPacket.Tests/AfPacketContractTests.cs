using PollMode.Testing;

namespace PollMode.Drivers.AfPacket.Tests;

/// <summary>What every port keeps, kept by packet sockets on a veth pair.</summary>
public sealed class AfPacketContractTests : PortContract
{
    protected override DriverRegistry Drivers { get; } = new DriverRegistry().Add(new AfPacketDriver());

    protected override PortHarness Open() => VethHarness.Make(Drivers);

    protected override string SpecWith(string keyAndValue) => $"af_packet:lo,{keyAndValue}";
}
