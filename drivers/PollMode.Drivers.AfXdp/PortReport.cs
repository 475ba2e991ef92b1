using PollMode.Drivers.AfXdp.Netlink;

namespace PollMode.Drivers.AfXdp;

/// <summary>Writes what opening a port got, and why not more.</summary>
internal static class PortReport
{
    /// <summary>Ethernet header and one VLAN tag.</summary>
    internal const int LongestHeader = 18;

    internal static void Write(List<string> report, LinkSnapshot link, AfXdpSettings settings, int queues, int room, bool segments, XdpAttachment attachment, SocketMaker maker, PacketFlags txRequests)
    {
        string range = queues == 1 ? $"queue {settings.StartQueue}" : $"queues {settings.StartQueue} to {settings.StartQueue + queues - 1}";
        report.Add($"{link.Name} (driver '{Ethtool.DriverName(link.Name)}'), {range}: {attachment.Description}; {maker.Description}");
        report.Add($"rings of each queue: rx {settings.Rings.Rx}, tx {settings.Rings.Tx}, fill {settings.Rings.Fill}, completion {settings.Rings.Completion}{(settings.NeedWakeup ? ", need-wakeup" : string.Empty)}");
        report.Add($"takes {settings.Filter}");
        report.Add(segments
            ? $"frames up to the MTU of {link.Mtu}, of several buffers where they are longer than {room} bytes"
            : $"frames up to {room} bytes{(link.Mtu + LongestHeader > room ? $", though the MTU is {link.Mtu}: longer ones are dropped" : string.Empty)}");
        if (!maker.IsZeroCopy)
        {
            report.Add($"frames that a queue has no buffers for are dropped {(attachment.Gates != null ? "by the program" : $"at the socket: {attachment.WhyNoGates}")}");
        }

        int active = Ethtool.ActiveRxQueues(link.Name);
        if (active > settings.StartQueue + queues || settings.StartQueue > 0)
        {
            report.Add($"the device uses {active} queues: what it puts into the others goes to the kernel");
        }

        if (Ethtool.StripsVlan(link.Name) == true && (attachment.Facts & RxFacts.Vlan) == 0 && !IsVirtual(link))
        {
            report.Add($"the device takes VLAN tags out of frames, and does not tell them: run 'ethtool -K {link.Name} rxvlan off' to see them");
        }

        if (settings.RxMetadata != "off")
        {
            report.Add(attachment.FactsDescription);
        }

        if (settings.TxMetadata)
        {
            string sums = (txRequests & PacketFlags.TxChecksumPartial) != 0 ? "checksums of sent frames are left to the device" : "checksums of sent frames are made here, because the device makes none";
            report.Add($"{sums}; it {((txRequests & PacketFlags.TxTimestamp) != 0 ? "tells" : "does not tell")} when a frame left");
        }

        if (!link.IsUp)
        {
            report.Add(link.IsAdministrativelyUp ? "no carrier yet" : $"the interface is down: run 'ip link set dev {link.Name} up'");
        }

        report.AddRange(maker.Notes);
    }

    /// <summary>A veth says that it strips tags and does not.</summary>
    private static bool IsVirtual(LinkSnapshot link) => link.IsLoopback || Ethtool.DriverName(link.Name) == "veth";
}
