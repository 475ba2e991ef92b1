namespace PollMode.Drivers.Software;

/// <summary>How a capture is written.</summary>
/// <param name="Path">The file.</param>
/// <param name="IsPcapng">Whether as pcapng; otherwise as pcap with nanoseconds.</param>
/// <param name="SnapLength">Most bytes of a frame to keep.</param>
/// <param name="BufferBytes">Size of the buffer between each queue and the file.</param>
/// <param name="WaitsWhenFull">Whether a queue with a full buffer takes fewer packets, instead of dropping them.</param>
internal sealed record CaptureWriterSettings(string Path, bool IsPcapng, int SnapLength, int BufferBytes, bool WaitsWhenFull)
{
    internal const int DefaultBufferBytes = 64 << 20;
    internal const int MinBufferBytes = 1 << 20;
    internal const int MaxBufferBytes = 1 << 30;

    /// <summary>The options that <see cref="Read"/> reads, without the file's.</summary>
    internal static IReadOnlyList<PortOption> Options { get; } =
    [
        new("snaplen", "262144", "most bytes of each frame to write"),
        new("buffer", "67108864", "bytes between each queue and the file (1 MiB to 1 GiB); what finds it full is dropped or waits"),
        new("full", "drop", "drop: a full buffer costs counted drops; wait: the queue takes fewer packets"),
    ];

    /// <summary>Reads the options.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="fileKey">The key that names the file, whose ending names the format.</param>
    /// <param name="otherwisePcapng">Whether an ending that is neither .pcap nor .pcapng means pcapng.</param>
    internal static CaptureWriterSettings Read(PortSpec spec, string fileKey, bool otherwisePcapng)
    {
        string path = spec.GetText(fileKey);
        string ending = System.IO.Path.GetExtension(path);
        bool isPcapng = otherwisePcapng
            ? !string.Equals(ending, ".pcap", StringComparison.OrdinalIgnoreCase)
            : string.Equals(ending, ".pcapng", StringComparison.OrdinalIgnoreCase);
        return new CaptureWriterSettings(
            path,
            isPcapng,
            (int)spec.GetInteger("snaplen", CaptureFormat.MaxFrameBytes, 1, CaptureFormat.MaxFrameBytes),
            (int)spec.GetInteger("buffer", DefaultBufferBytes, MinBufferBytes, MaxBufferBytes),
            spec.GetWord("full", "drop", "drop", "wait") == "wait");
    }
}
