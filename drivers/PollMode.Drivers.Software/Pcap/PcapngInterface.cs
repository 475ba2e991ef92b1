namespace PollMode.Drivers.Software;

/// <summary>What a pcapng capture says about one of its interfaces.</summary>
/// <param name="IsEthernet">Whether its frames can be replayed.</param>
/// <param name="LinkType">Its LINKTYPE value.</param>
/// <param name="SnapLength">Most bytes captured of a frame; zero for no limit.</param>
/// <param name="Clock">How to read its timestamps.</param>
internal readonly record struct PcapngInterface(bool IsEthernet, int LinkType, uint SnapLength, CaptureClock Clock);
