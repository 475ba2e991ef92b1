namespace PollMode.EndToEnd;

/// <summary>Captures: replayed from memory again and again, and written to a file in memory that is emptied all the time.</summary>
internal sealed class PcapFamily : IFamily
{
    private const int Burst = 64;
    private const int Frames = 512;

    private static readonly int[] Sizes = [64, 256, 512, 1024, 1518];

    public string Name => "pcap";

    public string Summary => "captures replayed from memory, and written";

    public IReadOnlyList<IComparison> Comparisons { get; } =
    [
        .. Sizes.Select(size => new ReplayComparison(size == Sizes[0] ? "pcap-drop" : $"pcap-drop-size{size}", size, Frames, Burst, Forwards: false)),
        new ReplayComparison("pcap-drop-burst1", Sizes[0], Frames, 1, Forwards: false),
        new ReplayComparison("pcap-io", Sizes[0], Frames, Burst, Forwards: true),
        .. new[] { 64, 1518 }.Select(size => new CaptureComparison(size == 64 ? "pcap-write" : $"pcap-write-size{size}", size)),
    ];
}
