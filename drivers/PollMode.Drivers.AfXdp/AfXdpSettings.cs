using System.Globalization;
using System.Numerics;
using PollMode.Drivers.AfXdp.Xsk;

namespace PollMode.Drivers.AfXdp;

/// <summary>What a port's spec says, checked as far as that goes without a look at the device.</summary>
internal sealed record AfXdpSettings
{
    internal const int MaxQueues = 256;

    /// <summary>The keys, for help texts and to refuse others.</summary>
    internal static readonly IReadOnlyList<PortOption> Options =
    [
        new("queues", "all", "queues to open, each with a receive and a transmit side; as many as the device uses, or fewer"),
        new("start_queue", "0", "the first queue to open"),
        new("match", "all", "frames to take from the kernel: terms joined by +, alternatives by |, exceptions behind !"),
        new("except", "", "frames to leave to the kernel, written as in match"),
        new("keep", "management", "what stays with the kernel whatever match says: management (ARP, IPv6 neighbour discovery, SSH) or none"),
        new("mode", "auto", "where XDP runs: native (the device's driver), generic (after it), or auto for the best"),
        new("zero_copy", "auto", "auto tries it, require fails without it, off copies"),
        new("jumbo", "auto", "frames of several buffers: true, false, or auto for when the MTU is longer than a buffer"),
        new("unaligned", "false", "lets buffers have another size than 2048 or 4096 bytes"),
        new("need_wakeup", "true", "lets the kernel say when it wants a system call"),
        new("rx_ring", "2048", "entries of each RX ring, a power of two"),
        new("tx_ring", "2048", "entries of each TX ring, a power of two"),
        new("fill_ring", "2 x rx_ring", "entries of each fill ring, a power of two: the buffers that a receive queue keeps, but no more than rx_ring where the device copies"),
        new("shed", "true", "where the device copies: has the program drop what a queue has no buffers for, before it costs the socket's sending half"),
        new("tx_budget", "256", "frames that one system call may send in copy mode, where the kernel lets it be set; 0 for its own 32"),
        new("busy_poll", "0", "microseconds that a system call may drive the device itself; 0 for interrupts"),
        new("busy_poll_budget", "64", "frames that it may then take at once"),
        new("rx_metadata", "off", "receive time, hash and VLAN tag from the device: auto for what it has, require, or off"),
        new("tx_metadata", "false", "transmit checksums and timestamps by the kernel or the device"),
        new("promiscuous", "false", "takes frames for other addresses, too, as long as the port is open"),
        new("replace", "false", "forces another XDP program off the interface"),
        new("netns", "", "network namespace of the interface: a name that 'ip netns' lists, or a path"),
        new("sockets", "", "file descriptors of XDP sockets, one for each queue, joined by ':', instead of own ones"),
        new("map_fd", "", "file descriptor of an XSKMAP whose program is attached already, instead of own ones"),
    ];

    internal required string Interface { get; init; }

    /// <summary>Zero for all.</summary>
    internal int Queues { get; init; }

    internal int StartQueue { get; init; }

    internal required PacketFilter Filter { get; init; }

    /// <summary>auto, native, generic.</summary>
    internal required string Mode { get; init; }

    /// <summary>auto, require, off.</summary>
    internal required string ZeroCopy { get; init; }

    /// <summary>Null for as the MTU needs.</summary>
    internal bool? Jumbo { get; init; }

    internal bool Unaligned { get; init; }

    internal bool NeedWakeup { get; init; }

    internal XskRings Rings { get; init; }

    /// <summary>Whether the program drops what a queue has no buffers for, if the device copies.</summary>
    internal bool Sheds { get; init; }

    internal int TxBudget { get; init; }

    internal int BusyPollMicroseconds { get; init; }

    internal int BusyPollBudget { get; init; }

    /// <summary>auto, require, off.</summary>
    internal required string RxMetadata { get; init; }

    internal bool TxMetadata { get; init; }

    internal bool Promiscuous { get; init; }

    internal bool Replace { get; init; }

    internal required string Namespace { get; init; }

    /// <summary>Empty for own sockets.</summary>
    internal required int[] Sockets { get; init; }

    /// <summary>-1 for an own map and program.</summary>
    internal int MapNumber { get; init; }

    /// <summary>Buffer sizes that suit.</summary>
    internal IReadOnlyList<int> BufferBytes => Unaligned ? [.. Enumerable.Range(0, 33).Select(i => 2048 + (64 * i))] : [2048, 4096];

    /// <summary>Buffer sizes that suit a driver of the kernel, the best first.</summary>
    internal IReadOnlyList<int> BufferBytesFor(string driver) =>
        ZeroCopy == "off" || Mode == "generic" || !KnownDrivers.CountsInKibibytes(driver) ? BufferBytes : ZeroCopy == "require" ? [4096] : [4096, .. BufferBytes.Where(bytes => bytes != 4096)];

    internal static AfXdpSettings Read(PortSpec spec)
    {
        if (spec.Device.Length == 0)
        {
            throw new PollModeException($"'{spec.Text}' names no interface; write af_xdp:eth0.");
        }

        int rx = Ring(spec, "rx_ring", 2048);
        int[] sockets = Numbers(spec, "sockets");
        int queues = spec.GetText("queues", "all") == "all" ? sockets.Length : (int)spec.GetInteger("queues", 0, 1, MaxQueues);
        if (sockets.Length > 0 && sockets.Length != queues)
        {
            throw new PollModeException($"'{spec.Text}' hands in {sockets.Length} socket(s) for {queues} queue(s); hand in one for each.");
        }

        int[] map = Numbers(spec, "map_fd");
        string zeroCopy = spec.GetWord("zero_copy", "auto", "auto", "require", "off");
        string jumbo = spec.GetWord("jumbo", "auto", "auto", "true", "false");
        var settings = new AfXdpSettings
        {
            Interface = spec.Device,
            Queues = queues,
            StartQueue = (int)spec.GetInteger("start_queue", 0, 0, MaxQueues - 1),
            Filter = PacketFilter.Parse(spec.GetText("match", "all"), spec.GetText("except"), spec.GetWord("keep", "management", "management", "none") == "management"),
            Mode = spec.GetWord("mode", "auto", "auto", "native", "generic"),
            ZeroCopy = zeroCopy,
            Jumbo = jumbo == "auto" ? null : jumbo == "true",
            Unaligned = spec.GetSwitch("unaligned", false),
            NeedWakeup = spec.GetSwitch("need_wakeup", true),
            Rings = new XskRings(rx, Ring(spec, "tx_ring", 2048), Ring(spec, "fill_ring", Math.Min(2 * rx, XskRings.Limit)), Math.Min(2 * Ring(spec, "tx_ring", 2048), XskRings.Limit)),
            Sheds = spec.GetSwitch("shed", true) && zeroCopy != "require",
            TxBudget = (int)spec.GetInteger("tx_budget", 256, 0, XskRings.Limit),
            BusyPollMicroseconds = (int)spec.GetInteger("busy_poll", 0, 0, 1_000_000),
            BusyPollBudget = (int)spec.GetInteger("busy_poll_budget", 64, 1, 65535),
            RxMetadata = spec.GetWord("rx_metadata", "off", "auto", "require", "off"),
            TxMetadata = spec.GetSwitch("tx_metadata", false),
            Promiscuous = spec.GetSwitch("promiscuous", false),
            Replace = spec.GetSwitch("replace", false),
            Namespace = spec.GetText("netns"),
            Sockets = sockets,
            MapNumber = map.Length > 0 ? map[0] : -1,
        };
        return settings is { Mode: "generic", ZeroCopy: "require" }
            ? throw new PollModeException($"'{spec.Text}' wants zero copy in generic mode, where there is none; say mode=native.")
            : settings;
    }

    private static int Ring(PortSpec spec, string key, int otherwise)
    {
        int entries = (int)spec.GetInteger(key, otherwise, 64, XskRings.Limit);
        return BitOperations.IsPow2(entries)
            ? entries
            : throw new PollModeException($"'{key}={entries}' in the port spec '{spec.Text}' is no power of two; write {BitOperations.RoundUpToPowerOf2((uint)entries)}.");
    }

    private static int[] Numbers(PortSpec spec, string key)
    {
        string text = spec.GetText(key);
        if (text.Length == 0)
        {
            return [];
        }

        int[] numbers = [.. text.Split(':').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1)];
        return Array.TrueForAll(numbers, number => number >= 0)
            ? numbers
            : throw new PollModeException($"'{key}={text}' in the port spec '{spec.Text}' is no list of file descriptors; write numbers joined by ':'.");
    }
}
