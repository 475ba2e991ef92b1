using PollMode.Testing;

namespace PollMode.Drivers.Software.Tests.Pcap;

/// <summary>The port contract, kept by a pcap port that replays for ever and writes.</summary>
public sealed class PcapPortContractTests : PortContract, IDisposable
{
    private readonly Scratch _scratch = new();
    private int _opened;

    protected override DriverRegistry Drivers { get; } = new DriverRegistry().Add(new PcapDriver());

    public void Dispose() => _scratch.Dispose();

    protected override PortHarness Open() =>
        new SourceHarness(Drivers, $"pcap:{CaptureFiles.Recorded("mixed.pcapng")},loop=forever,buffer=4194304,tx={_scratch[$"{_opened++}.pcapng"]}");

    protected override string SpecWith(string keyAndValue) => $"pcap:{CaptureFiles.Recorded("mixed.pcapng")},{keyAndValue}";
}
