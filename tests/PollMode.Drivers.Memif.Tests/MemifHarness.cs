using PollMode.Testing;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>A memif port and its peer.</summary>
internal sealed class MemifHarness : PairHarness
{
    private readonly int _kept;

    public MemifHarness(DriverRegistry drivers, string spec, string peerSpec, bool rentsToReceive, bool shared = false, int kept = 0)
        : base(drivers, spec, peerSpec, rentsToReceive, new PoolHarness(4096, 4096, shared: shared), turnsToConnect: true) => _kept = kept;

    public override int BuffersKept => _kept;
}
