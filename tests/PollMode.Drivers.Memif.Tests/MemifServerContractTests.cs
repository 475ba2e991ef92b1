using PollMode.Testing;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>What every port keeps, kept by a server whose client copies.</summary>
public sealed class MemifServerContractTests : PortContract
{
    private readonly string _socket = MemifPairTests.NewName();

    protected override DriverRegistry Drivers { get; } = new DriverRegistry().Add(new MemifDriver());

    protected override PortHarness Open() => new MemifHarness(Drivers, $"memif:{_socket},role=server", $"memif:{_socket},zero_copy=off", rentsToReceive: true);

    protected override string SpecWith(string keyAndValue) => $"memif:{_socket},role=server,{keyAndValue}";
}
