namespace PollMode.EndToEnd;

/// <summary>Making packets: the traffic driver beside testpmd's generators, into ports that free what they are sent.</summary>
internal sealed class TransmitFamily : IFamily
{
    /// <summary>Bytes in the buffer; the traffic driver counts the FCS, too.</summary>
    private const int FrameBytes = 64;
    private const int FcsBytes = 4;
    private const int Flows = 1024;

    public string Name => "transmit";

    public string Summary => "making packets, into a null port or a ring that loops";

    public IReadOnlyList<IComparison> Comparisons { get; } =
    [
        .. new[] { FrameBytes, 512, 1514 }.Select(size => Make(
            size == FrameBytes ? "transmit-fixed" : $"transmit-fixed-size{size}",
            $"the same UDP frame of {size} bytes again and again",
            $"size={size + FcsBytes},signature=off", "txonly", size, size == FrameBytes ? null : "PollMode writes each frame from its first byte to its last; txonly writes the headers and leaves the rest as it was in the buffer.")),
        .. new[] { 512, 1514 }.Select(size => Make(
            $"transmit-headers-size{size}",
            $"the same UDP frame of {size} bytes again and again, only its headers written",
            $"size={size + FcsBytes},signature=off,payload=leave", "txonly", size, "As txonly, PollMode leaves what is behind the headers as it was in the buffer.")),
        Make(
            "transmit-flows", $"UDP frames of {FrameBytes} bytes of {Flows} flows, checksums right", $"size={FrameBytes + FcsBytes},signature=off,flows={Flows}", "flowgen", FrameBytes,
            "flowgen makes each frame's headers anew with an IP checksum and leaves the UDP checksum out; PollMode writes the fields that vary and keeps IP and UDP checksums right. " +
            "flowgen also polls for packets to free; its null port gives none (no-rx=1)."),
        Make(
            "transmit-test", $"test packets of {FrameBytes} bytes: sequence number, time and checksum in each", $"size={FrameBytes + FcsBytes}", "flowgen", FrameBytes,
            "testpmd has no such packets: beside it runs flowgen, which writes neither a sequence number nor a time."),
        Make(
            "transmit-ring-fixed", $"the same UDP frame of {FrameBytes} bytes again and again, by a ring that loops, and freed", $"size={FrameBytes + FcsBytes},signature=off", "flowgen", FrameBytes,
            "txonly takes nothing out of a ring and stops when it is full, after 1023 packets: beside it runs flowgen with one flow.", LoopingRing, flows: 1),
        Make(
            "transmit-ring-flows", $"UDP frames of {FrameBytes} bytes of {Flows} flows, checksums right, by a ring that loops, and freed", $"size={FrameBytes + FcsBytes},signature=off,flows={Flows}", "flowgen", FrameBytes,
            "flowgen leaves the UDP checksum out.", LoopingRing),
        Make(
            "transmit-ring-test", $"test packets of {FrameBytes} bytes by a ring that loops, and measured: loss, order, latency", $"size={FrameBytes + FcsBytes}", "flowgen", FrameBytes,
            "testpmd measures nothing: beside it runs flowgen, which frees what comes back.", LoopingRing),
    ];

    private static (string Ours, string Theirs) FreeingNull => ("null:rx=0", "net_null0,no-rx=1");

    private static (string Ours, string Theirs) LoopingRing => ("ring:a", "net_ring0");

    private static ForwardingComparison Make(
        string name, string summary, string options, string mode, int size, string? caveat, (string Ours, string Theirs)? into = null, int flows = Flows) => new(
        name,
        summary,
        new EngineWork { Ports = [$"traffic:rate=max,{options}", (into ?? FreeingNull).Ours] },
        new TestpmdWork
        {
            Devices = [(into ?? FreeingNull).Theirs],
            Mode = mode,
            Arguments = mode == "flowgen" ? [$"--flowgen-flows={flows}", $"--txpkts={size}"] : [$"--txpkts={size}"],
        })
        {
            Caveat = caveat,
        };
}
