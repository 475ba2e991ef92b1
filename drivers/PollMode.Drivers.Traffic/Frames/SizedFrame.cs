namespace PollMode.Drivers.Traffic;

/// <summary>What packets of one size of a stream have in common: lengths, and sums over all that does not change.</summary>
internal struct SizedFrame
{
    /// <summary>Bytes of the frame without FCS.</summary>
    internal int Bytes;

    /// <summary>Bytes of it that are written from the image: all, or only the headers.</summary>
    internal int WrittenBytes;

    /// <summary>Bytes of payload, signature included.</summary>
    internal int PayloadBytes;

    /// <summary>What the IP header says: total length (IPv4) or payload length (IPv6).</summary>
    internal ushort IpLength;

    /// <summary>What the UDP header says.</summary>
    internal ushort UdpLength;

    /// <summary>Sum of the IPv4 header without its checksum.</summary>
    internal ulong IpSum;

    /// <summary>Sum of pseudo-header, transport header without checksum, and payload.</summary>
    internal ulong TransportSum;

    /// <summary>Sum of what the signature's check covers, apart from stream, sequence and time.</summary>
    internal ulong SignatureSum;
}
