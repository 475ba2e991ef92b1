using PollMode.Drivers.Software;
using PollMode.Drivers.Traffic;
using PollMode.Testing;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>What every port keeps, kept by a memif client without a copy behind every decorator there is.</summary>
public sealed class MemifDecoratedContractTests : PortContract, IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly string _socket = MemifPairTests.NewName();

    protected override DriverRegistry Drivers { get; } = new DriverRegistry().AddSoftwareDrivers().AddTrafficDrivers().Add(new MemifDriver());

    public void Dispose() => File.Delete(_file);

    protected override PortHarness Open() => new MemifHarness(Drivers, $"{DecoratorChain.Of(_file)}memif:{_socket},rsize=9,zero_copy=on", $"memif:{_socket},role=server", rentsToReceive: false, shared: true, kept: 512);

    protected override string SpecWith(string keyAndValue) => $"fault:{keyAndValue}+memif:@x";
}
