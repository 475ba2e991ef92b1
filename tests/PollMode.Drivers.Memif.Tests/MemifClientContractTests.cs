using PollMode.Testing;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>What every port keeps, kept by a client that copies.</summary>
public sealed class MemifClientContractTests : PortContract
{
    private readonly string _socket = MemifPairTests.NewName();

    protected override DriverRegistry Drivers { get; } = new DriverRegistry().Add(new MemifDriver());

    protected override PortHarness Open() => new MemifHarness(Drivers, $"memif:{_socket},zero_copy=off", $"memif:{_socket},role=server", rentsToReceive: true);

    protected override string SpecWith(string keyAndValue) => $"memif:{_socket},zero_copy=off,{keyAndValue}";
}
