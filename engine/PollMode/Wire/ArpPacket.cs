namespace PollMode.Wire;

/// <summary>An ARP packet for IPv4 over Ethernet (RFC 826), the only kind there is in practice. Borrows the bytes.</summary>
public readonly ref struct ArpPacket
{
    /// <summary>Bytes of the packet.</summary>
    public const int HeaderBytes = 28;

    // Hardware type 1 (Ethernet), protocol type 0x0800 (IPv4), address lengths 6 and 4.
    private const uint EthernetAndIpv4 = 0x0001_0800;
    private const ushort AddressLengths = 0x0604;

    private readonly Span<byte> _bytes;

    private ArpPacket(Span<byte> bytes) => _bytes = bytes;

    /// <summary>What the packet wants.</summary>
    public ArpOperation Operation
    {
        get => (ArpOperation)BigEndian.Read16(_bytes, Field.Operation);
        set => BigEndian.Write16(_bytes, Field.Operation, (ushort)value);
    }

    /// <summary>Ethernet address of the sender.</summary>
    public MacAddress SenderMac
    {
        get => MacAddress.Read(_bytes[Field.SenderMac..]);
        set => value.Write(_bytes[Field.SenderMac..]);
    }

    /// <summary>IPv4 address of the sender; zero in a probe (RFC 5227).</summary>
    public Ipv4Address SenderIp
    {
        get => Ipv4Address.Read(_bytes[Field.SenderIp..]);
        set => value.Write(_bytes[Field.SenderIp..]);
    }

    /// <summary>Ethernet address of the target; of no meaning in a request.</summary>
    public MacAddress TargetMac
    {
        get => MacAddress.Read(_bytes[Field.TargetMac..]);
        set => value.Write(_bytes[Field.TargetMac..]);
    }

    /// <summary>IPv4 address of the target.</summary>
    public Ipv4Address TargetIp
    {
        get => Ipv4Address.Read(_bytes[Field.TargetIp..]);
        set => value.Write(_bytes[Field.TargetIp..]);
    }

    /// <summary>Looks at bytes as a packet. More bytes may follow: Ethernet pads ARP.</summary>
    /// <returns>False if there are too few bytes, or the packet is not for IPv4 over Ethernet.</returns>
    public static bool TryParse(Span<byte> bytes, out ArpPacket packet)
    {
        bool valid = bytes.Length >= HeaderBytes
            && BigEndian.Read32(bytes, Field.Types) == EthernetAndIpv4
            && BigEndian.Read16(bytes, Field.Lengths) == AddressLengths;
        packet = valid ? new ArpPacket(bytes[..HeaderBytes]) : default;
        return valid;
    }

    /// <summary>Writes a packet.</summary>
    /// <returns>False, with nothing written, if there is no room.</returns>
    public static bool TryWrite(
        Span<byte> bytes,
        ArpOperation operation,
        MacAddress senderMac,
        Ipv4Address senderIp,
        MacAddress targetMac,
        Ipv4Address targetIp,
        out ArpPacket packet)
    {
        packet = default;
        if (bytes.Length < HeaderBytes)
        {
            return false;
        }

        packet = new ArpPacket(bytes[..HeaderBytes]);
        BigEndian.Write32(bytes, Field.Types, EthernetAndIpv4);
        BigEndian.Write16(bytes, Field.Lengths, AddressLengths);
        packet.Operation = operation;
        packet.SenderMac = senderMac;
        packet.SenderIp = senderIp;
        packet.TargetMac = targetMac;
        packet.TargetIp = targetIp;
        return true;
    }

    private static class Field
    {
        internal const int Types = 0;
        internal const int Lengths = 4;
        internal const int Operation = 6;
        internal const int SenderMac = 8;
        internal const int SenderIp = 14;
        internal const int TargetMac = 18;
        internal const int TargetIp = 24;
    }
}
