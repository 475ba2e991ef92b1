using PollMode.Testing;

namespace PollMode.Drivers.Software.Tests.Pcap;

/// <summary>The port contract, kept by a ring port whose traffic is captured.</summary>
public sealed class CaptureContractTests : PortContract, IDisposable
{
    private readonly Scratch _scratch = new();
    private int _opened;

    protected override DriverRegistry Drivers { get; } = new DriverRegistry().Add(new RingDriver()).Add(new CaptureDecorator());

    public void Dispose() => _scratch.Dispose();

    protected override PortHarness Open() =>
        new PairHarness(Drivers, $"capture:file={_scratch[$"{_opened++}.pcapng"]},buffer=4194304+ring:a", "ring:a");

    protected override string SpecWith(string keyAndValue) => $"capture:file={_scratch["x.pcapng"]},{keyAndValue}+ring:a";
}
