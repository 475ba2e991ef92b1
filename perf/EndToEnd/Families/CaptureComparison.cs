namespace PollMode.EndToEnd;

/// <summary>Frames that cost nothing to make are written to a capture: <c>pcap:,tx=FILE</c> here, net_pcap's <c>tx_pcap</c> there.</summary>
internal sealed record CaptureComparison(string Name, int FrameBytes) : IComparison
{
    public string Summary => $"frames of {FrameBytes} bytes from a null port written to a capture in memory";

    public Quantity Ranks => Quantity.PacketRate;

    public string? Caveat => "The file is emptied ten times a second, so that memory stays bounded. PollMode copies on the polling core and writes by a second thread " +
        "(it waits when that is behind); testpmd writes where it polls. CPU per packet counts both threads.";

    public IReadOnlyList<Contender> Contenders => [new("PollMode", [], MeasurePollMode), new("testpmd", [Tool.Testpmd], MeasureTestpmd)];

    private Measurement MeasurePollMode(Bench bench) => WithFile(path => new EngineWork
    {
        Ports = [$"null:size={FrameBytes}", $"pcap:,tx={path},full=wait"],
        Egress = [1, -1],
        Retries = int.MaxValue,
        Counts = "written",
    }.Measure(bench));

    private Measurement MeasureTestpmd(Bench bench) => WithFile(path => new TestpmdWork
    {
        Devices = [$"net_null0,size={FrameBytes}", $"net_pcap0,tx_pcap={path}"],
        Mode = "io",
    }.Measure(bench));

    private static Measurement WithFile(Func<string, Measurement> measure)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("capture.pcap");
        using var emptier = new FileEmptier(path);
        return measure(path);
    }
}
