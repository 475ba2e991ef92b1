using PollMode.Linux;

namespace PollMode.Drivers.AfPacket;

/// <summary>What an AF_PACKET port's spec says.</summary>
internal sealed record AfPacketSettings
{
    internal const int MaxQueues = 64;

    internal required string Interface { get; init; }

    internal required int Queues { get; init; }

    internal required int Fanout { get; init; }

    internal required bool Promiscuous { get; init; }

    internal required bool QdiscBypass { get; init; }

    internal required bool Offload { get; init; }

    internal required bool VlanInMetadata { get; init; }

    internal required ClassicFilter? Filter { get; init; }

    internal required int BlockBytes { get; init; }

    internal required int Blocks { get; init; }

    internal required int BlockTimeout { get; init; }

    internal required int TxFrames { get; init; }

    internal required string Namespace { get; init; }

    internal static IReadOnlyList<PortOption> Options { get; } =
    [
        new("queues", "1", "queue pairs, 1 to 64; received frames are dealt out by fanout"),
        new("fanout", "hash", "how: hash (of the flow), lb (in turn), cpu, rollover, rnd or qm (the device's queue)"),
        new("promisc", "true", "whether to receive frames for other addresses; ends with the port"),
        new("qdisc_bypass", "true", "whether to send past the queueing discipline"),
        new("offload", "false", "whether open checksums and large segments pass as metadata, both ways; else they are completed and cut on reception"),
        new("vlan", "frame", "where a VLAN tag that the kernel took out goes: back into the frame, or into metadata"),
        new("filter", "", "classic BPF: a file made with 'tcpdump -y EN10MB -ddd EXPRESSION', or its numbers separated by semicolons"),
        new("block_bytes", "131072", "size of a block of the receive ring: a multiple of 65536, at most 4194304"),
        new("blocks", "32", "blocks of each receive ring, 2 to 4096"),
        new("block_timeout", "1", "milliseconds after which a block that is not full is handed over, 1 to 1000"),
        new("tx_frames", "512", "frames of each transmit ring: a power of two, 64 to 65536"),
        new("netns", "", "network namespace of the interface: a name as 'ip netns' knows it, or a path"),
    ];

    internal static AfPacketSettings Read(PortSpec spec)
    {
        if (spec.Device.Length is 0 or >= InterfaceRequest.NameBytes)
        {
            throw new PollModeException($"'{spec.Text}' must name an interface of up to 15 characters: af_packet:eth0; 'ip link' lists them.");
        }

        long blockBytes = spec.GetInteger("block_bytes", 131072, 65536, 4 << 20);
        long txFrames = spec.GetInteger("tx_frames", 512, 64, 65536);
        if (blockBytes % 65536 != 0 || !System.Numerics.BitOperations.IsPow2(txFrames))
        {
            throw new PollModeException($"In '{spec.Text}' block_bytes must be a multiple of 65536, and tx_frames a power of two.");
        }

        string filter = spec.GetText("filter");
        return new AfPacketSettings
        {
            Interface = spec.Device,
            Queues = (int)spec.GetInteger("queues", 1, 1, MaxQueues),
            Fanout = Array.IndexOf(["hash", "lb", "cpu", "rollover", "rnd", "qm"], spec.GetWord("fanout", "hash", "hash", "lb", "cpu", "rollover", "rnd", "qm")),
            Promiscuous = spec.GetSwitch("promisc", true),
            QdiscBypass = spec.GetSwitch("qdisc_bypass", true),
            Offload = spec.GetSwitch("offload", false),
            VlanInMetadata = spec.GetWord("vlan", "frame", "frame", "metadata") == "metadata",
            Filter = filter.Length == 0 ? null : ClassicFilter.Parse(filter),
            BlockBytes = (int)blockBytes,
            Blocks = (int)spec.GetInteger("blocks", 32, 2, 4096),
            BlockTimeout = (int)spec.GetInteger("block_timeout", 1, 1, 1000),
            TxFrames = (int)txFrames,
            Namespace = spec.GetText("netns"),
        };
    }
}
