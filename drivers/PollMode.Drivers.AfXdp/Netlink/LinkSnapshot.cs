namespace PollMode.Drivers.AfXdp.Netlink;

/// <summary>What rtnetlink(7) tells about an interface at one moment.</summary>
internal readonly record struct LinkSnapshot
{
    private const uint IFF_UP = 0x1;
    private const uint IFF_LOOPBACK = 0x8;
    private const uint IFF_LOWER_UP = 0x10000;

    /// <summary>The interface's index.</summary>
    internal int Index { get; init; }

    /// <summary>Its name now; it may be renamed.</summary>
    internal string Name { get; init; }

    /// <summary>IFF_* of linux/if.h.</summary>
    internal uint Flags { get; init; }

    /// <summary>Longest layer-3 packet in bytes.</summary>
    internal int Mtu { get; init; }

    /// <summary>Receive queues it was made with; ethtool may use fewer.</summary>
    internal int RxQueues { get; init; }

    /// <summary>Transmit queues it was made with.</summary>
    internal int TxQueues { get; init; }

    /// <summary>How many want it promiscuous.</summary>
    internal int Promiscuity { get; init; }

    /// <summary>Its Ethernet address in the low 48 bits.</summary>
    internal ulong MacAddress { get; init; }

    /// <summary>The XDP program attached, or zero.</summary>
    internal uint XdpProgramId { get; init; }

    /// <summary>How it is attached: <c>enum</c> XDP_ATTACHED_* (1 native, 2 generic, 3 in hardware, 4 several).</summary>
    internal byte XdpMode { get; init; }

    /// <summary>Whether frames can pass: it is up and has a carrier.</summary>
    internal bool IsUp => (Flags & (IFF_UP | IFF_LOWER_UP)) == (IFF_UP | IFF_LOWER_UP);

    /// <summary>Whether somebody set it up, carrier or not.</summary>
    internal bool IsAdministrativelyUp => (Flags & IFF_UP) != 0;

    /// <summary>Whether it is the loopback interface.</summary>
    internal bool IsLoopback => (Flags & IFF_LOOPBACK) != 0;
}
