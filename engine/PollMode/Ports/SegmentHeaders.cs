using System.Buffers.Binary;
using PollMode.Wire;

namespace PollMode;

/// <summary>The headers of a large segment, and those of each of its pieces: the same but for lengths, numbers, flags and checksums.</summary>
internal sealed class SegmentHeaders
{
    /// <summary>Ethernet, two VLAN tags, the longest IP and TCP headers with room for extensions.</summary>
    internal const int MostBytes = 14 + 8 + 256;

    private const int EthernetBytes = 14;
    private const int TagBytes = 4;
    private const int UdpHeaderBytes = 8;
    private const int LeastNetworkBytes = 20;
    private const int LeastTcpBytes = 20;
    private const int Ipv6Bytes = 40;
    private const byte TcpFin = 0x01;
    private const byte TcpPush = 0x08;
    private const byte TcpCwr = 0x80;

    private readonly byte[] _whole = new byte[MostBytes];
    private readonly byte[] _piece = new byte[MostBytes];
    private int _network;
    private int _transport;
    private bool _isTcp;
    private bool _isIpv6;

    /// <summary>Bytes of all headers together.</summary>
    internal int Length { get; private set; }

    /// <summary>Payload bytes of each piece but the last.</summary>
    internal int PieceBytes { get; private set; }

    /// <summary>Reads the headers of a frame.</summary>
    /// <param name="start">The frame's first bytes: all of it, or <see cref="MostBytes"/>.</param>
    /// <param name="frameBytes">Bytes of the whole frame.</param>
    /// <param name="flags">What it is, and that its checksum is open.</param>
    /// <param name="checksumStart">Where the transport header starts.</param>
    /// <param name="pieceBytes">Payload bytes of each piece.</param>
    /// <returns>False if these are not the headers of a segment that can be cut.</returns>
    internal bool TryRead(ReadOnlySpan<byte> start, int frameBytes, PacketFlags flags, int checksumStart, int pieceBytes)
    {
        _network = EthernetBytes;
        _transport = checksumStart;
        _isTcp = (flags & (PacketFlags.SegmentTcpV4 | PacketFlags.SegmentTcpV6)) != 0;
        PieceBytes = pieceBytes;
        while (_network + TagBytes <= start.Length && start[_network - 2] is 0x81 or 0x88 && start[_network - 1] is 0x00 or 0xA8)
        {
            _network += TagBytes;
        }

        if ((flags & PacketFlags.TxChecksumPartial) == 0 || pieceBytes <= 0 || _transport < _network + LeastNetworkBytes || _transport + (_isTcp ? LeastTcpBytes : UdpHeaderBytes) > start.Length)
        {
            return false;
        }

        _isIpv6 = start[_network] >> 4 == 6;
        int transportBytes = _isTcp ? (start[_transport + 12] >> 4) * 4 : UdpHeaderBytes;
        Length = _transport + transportBytes;
        if ((_isTcp && transportBytes < LeastTcpBytes) || Length > start.Length || Length >= frameBytes || (_isIpv6 && _transport < _network + Ipv6Bytes))
        {
            return false;
        }

        start[..Length].CopyTo(_whole);
        return true;
    }

    /// <summary>Makes the headers of a piece.</summary>
    /// <param name="number">Which piece, from zero.</param>
    /// <param name="payloadBytes">Bytes of its payload.</param>
    /// <param name="payloadSum">The sum of its payload.</param>
    /// <param name="isLast">Whether it is the last.</param>
    /// <returns>The headers, until the next call.</returns>
    internal ReadOnlySpan<byte> Make(int number, int payloadBytes, uint payloadSum, bool isLast)
    {
        Span<byte> headers = _piece.AsSpan(0, Length);
        _whole.AsSpan(0, Length).CopyTo(headers);
        WriteNetworkHeader(headers[_network..], number, payloadBytes);
        WriteTransportHeader(headers, number, payloadBytes, payloadSum, isLast);
        return headers;
    }

    private void WriteNetworkHeader(Span<byte> network, int number, int payloadBytes)
    {
        int length = network.Length + payloadBytes;
        if (_isIpv6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(network[4..], (ushort)(length - Ipv6Bytes));
            return;
        }

        BinaryPrimitives.WriteUInt16BigEndian(network[2..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(network[4..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(network[4..]) + number));
        BinaryPrimitives.WriteUInt16BigEndian(network[10..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(network[10..], InternetChecksum.Compute(network[..(_transport - _network)]));
    }

    private void WriteTransportHeader(Span<byte> headers, int number, int payloadBytes, uint payloadSum, bool isLast)
    {
        Span<byte> transport = headers[_transport..];
        int length = transport.Length + payloadBytes;
        int checksumAt;
        if (_isTcp)
        {
            checksumAt = 16;
            BinaryPrimitives.WriteUInt32BigEndian(transport[4..], BinaryPrimitives.ReadUInt32BigEndian(transport[4..]) + (uint)(number * PieceBytes));
            byte flags = transport[13];
            flags &= isLast ? (byte)0xFF : unchecked((byte)~(TcpFin | TcpPush));
            flags &= number == 0 ? (byte)0xFF : unchecked((byte)~TcpCwr);
            transport[13] = flags;
        }
        else
        {
            checksumAt = 6;
            BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)length);
        }

        BinaryPrimitives.WriteUInt16BigEndian(transport[checksumAt..], 0);

        // The pseudo-header by hand: both addresses lie before the transport header's length and protocol only in meaning.
        ReadOnlySpan<byte> addresses = _isIpv6 ? headers.Slice(_network + 8, 32) : headers.Slice(_network + 12, 8);
        uint sum = InternetChecksum.Sum(addresses, (uint)((_isTcp ? 6 : 17) + length));
        BinaryPrimitives.WriteUInt16BigEndian(transport[checksumAt..], InternetChecksum.FinishUdp(InternetChecksum.Sum(transport, sum) + payloadSum));
    }
}
