namespace PollMode.Drivers.Traffic;

/// <summary>What a test packet carries above IP or Ethernet.</summary>
public enum TransportKind
{
    /// <summary>UDP.</summary>
    Udp,

    /// <summary>TCP: segments without a connection.</summary>
    Tcp,

    /// <summary>ICMP echo requests; ICMPv6 over IPv6.</summary>
    Icmp,

    /// <summary>Nothing: the payload follows at once.</summary>
    None,
}
