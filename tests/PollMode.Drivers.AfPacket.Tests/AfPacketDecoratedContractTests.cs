using PollMode.Drivers.Software;
using PollMode.Drivers.Traffic;
using PollMode.Testing;

namespace PollMode.Drivers.AfPacket.Tests;

/// <summary>What every port keeps, kept by packet sockets behind every decorator there is.</summary>
public sealed class AfPacketDecoratedContractTests : PortContract, IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    protected override DriverRegistry Drivers { get; } = new DriverRegistry().AddSoftwareDrivers().AddTrafficDrivers().Add(new AfPacketDriver());

    public void Dispose() => File.Delete(_file);

    protected override PortHarness Open() => VethHarness.Make(Drivers, DecoratorChain.Of(_file));

    protected override string SpecWith(string keyAndValue) => $"fault:{keyAndValue}+af_packet:lo";
}
