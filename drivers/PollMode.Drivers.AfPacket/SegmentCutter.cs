using System.Buffers.Binary;
using PollMode.Wire;
using PollMode.Linux;

namespace PollMode.Drivers.AfPacket;

/// <summary>
/// Cuts a large TCP segment or UDP datagram into the frames that a device would have sent: each with the headers of the whole, its own
/// lengths, sequence number or identification, flags and checksums. One piece at a time, so that a burst may end between two.
/// </summary>
internal sealed class SegmentCutter
{
    private const int MostHeaderBytes = 14 + 8 + 256;
    private const int EthernetBytes = 14;
    private const int TagBytes = 4;
    private const int AddressBytes = 12;
    private const int UdpHeaderBytes = 8;
    private const byte TcpFin = 0x01;
    private const byte TcpPush = 0x08;
    private const byte TcpCwr = 0x80;

    private readonly FrameBuilder _builder;
    private readonly byte[] _headers = new byte[MostHeaderBytes];
    private int _network;
    private int _transport;
    private int _headerBytes;
    private int _pieceBytes;
    private int _at;
    private int _piece;
    private bool _isTcp;
    private bool _isIpv6;

    internal SegmentCutter(FrameBuilder builder) => _builder = builder;

    /// <summary>Whether a frame has been started and has pieces left.</summary>
    internal bool IsBusy { get; private set; }

    /// <summary>Starts on a frame. False if its headers are not those of a segment that can be cut.</summary>
    internal bool TryStart(ReadOnlySpan<byte> frame, VirtioNetHeader header)
    {
        _network = EthernetBytes;
        int kind = header.GsoType & ~VirtioNetHeader.GsoEcn;
        _isTcp = kind is VirtioNetHeader.GsoTcpV4 or VirtioNetHeader.GsoTcpV6;
        _transport = header.ChecksumStart;
        _pieceBytes = header.GsoSize;
        while (_network + TagBytes <= frame.Length && frame[_network - 2] is 0x81 or 0x88 && frame[_network - 1] is 0x00 or 0xA8)
        {
            _network += TagBytes;
        }

        if ((header.Flags & VirtioNetHeader.NeedsChecksum) == 0 || kind is not (VirtioNetHeader.GsoTcpV4 or VirtioNetHeader.GsoTcpV6 or VirtioNetHeader.GsoUdpL4)
            || _pieceBytes == 0 || _transport < _network + 20 || _transport + 20 > frame.Length)
        {
            return false;
        }

        _isIpv6 = frame[_network] >> 4 == 6;
        _headerBytes = _transport + (_isTcp ? (frame[_transport + 12] >> 4) * 4 : UdpHeaderBytes);
        if (_headerBytes > MostHeaderBytes || _headerBytes >= frame.Length || (_isIpv6 && _transport < _network + 40))
        {
            return false;
        }

        _at = _headerBytes;
        _piece = 0;
        IsBusy = true;
        return true;
    }

    /// <summary>Makes the next piece.</summary>
    /// <param name="frame">The whole frame, as it was when started.</param>
    /// <param name="tag">A VLAN tag to put in, or nothing.</param>
    /// <returns>None if there is no buffer: that piece is lost, as it could have been on a wire.</returns>
    internal Packet Next(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> tag)
    {
        ReadOnlySpan<byte> payload = frame.Slice(_at, Math.Min(_pieceBytes, frame.Length - _at));
        bool isLast = _at + payload.Length == frame.Length;
        Span<byte> headers = _headers.AsSpan(0, _headerBytes);
        frame[.._headerBytes].CopyTo(headers);
        WriteNetworkHeader(headers, payload.Length);
        WriteTransportHeader(headers, payload, isLast);
        _at += payload.Length;
        _piece++;
        IsBusy = !isLast;
        if (tag.IsEmpty)
        {
            return _builder.Build(headers, payload, []);
        }

        // The tag stands between addresses and EtherType: make room for it in the headers, which are a copy.
        Span<byte> tagged = stackalloc byte[MostHeaderBytes + TagBytes];
        headers[..AddressBytes].CopyTo(tagged);
        tag.CopyTo(tagged[AddressBytes..]);
        headers[AddressBytes..].CopyTo(tagged[(AddressBytes + TagBytes)..]);
        return _builder.Build(tagged[..(_headerBytes + TagBytes)], payload, []);
    }

    private void WriteNetworkHeader(Span<byte> headers, int payloadBytes)
    {
        Span<byte> network = headers[_network..];
        int length = _headerBytes - _network + payloadBytes;
        if (_isIpv6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(network[4..], (ushort)(length - 40));
            return;
        }

        BinaryPrimitives.WriteUInt16BigEndian(network[2..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(network[4..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(network[4..]) + _piece));
        BinaryPrimitives.WriteUInt16BigEndian(network[10..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(network[10..], InternetChecksum.Compute(network[..(_transport - _network)]));
    }

    private void WriteTransportHeader(Span<byte> headers, ReadOnlySpan<byte> payload, bool isLast)
    {
        Span<byte> transport = headers[_transport..];
        int length = transport.Length + payload.Length;
        int checksumAt;
        if (_isTcp)
        {
            checksumAt = 16;
            BinaryPrimitives.WriteUInt32BigEndian(transport[4..], BinaryPrimitives.ReadUInt32BigEndian(transport[4..]) + (uint)(_piece * _pieceBytes));
            byte flags = transport[13];
            flags &= isLast ? (byte)0xFF : unchecked((byte)~(TcpFin | TcpPush));
            flags &= _piece == 0 ? (byte)0xFF : unchecked((byte)~TcpCwr);
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
        sum = InternetChecksum.Sum(transport, sum);
        sum = InternetChecksum.Sum(payload, sum);
        BinaryPrimitives.WriteUInt16BigEndian(transport[checksumAt..], InternetChecksum.FinishUdp(sum));
    }
}
