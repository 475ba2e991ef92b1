using PollMode.Drivers.AfPacket;
using PollMode.Drivers.Software;
using PollMode.Drivers.Traffic;
using PollMode.Testing;

namespace PollMode.Drivers.Tap.Tests;

/// <summary>What every port keeps, kept by a TAP interface behind every decorator there is.</summary>
public sealed class TapDecoratedContractTests : PortContract, IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    protected override DriverRegistry Drivers { get; } = new DriverRegistry().AddSoftwareDrivers().AddTrafficDrivers().Add(new TapDriver()).Add(new AfPacketDriver());

    public void Dispose() => File.Delete(_file);

    protected override PortHarness Open() => TapHarness.Make(Drivers, DecoratorChain.Of(_file));

    protected override string SpecWith(string keyAndValue) => $"fault:{keyAndValue}+tap:pmcontract";
}
