using PollMode.Wire;

namespace PollMode;

/// <summary>
/// Cuts a large TCP segment or UDP datagram into the frames that a device would have sent: each with the headers of the whole, its own
/// lengths, sequence number or identification, flags and checksums. One piece at a time, so that a burst may end between two.
/// </summary>
/// <remarks>Used by the owner of its pool alone. Allocates nothing after its construction.</remarks>
public sealed unsafe class SegmentCutter
{
    private readonly Mempool _pool;
    private readonly SegmentHeaders _headers = new();
    private Source _source;
    private Packet _packet;
    private int _port;
    private int _left;
    private int _number;

    /// <summary>Makes a cutter.</summary>
    /// <param name="pool">The pool whose buffers the pieces are made of. Borrowed.</param>
    public SegmentCutter(Mempool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        _pool = pool;
    }

    /// <summary>Whether something was started and has pieces left.</summary>
    public bool IsBusy => _left > 0;

    /// <summary>Starts on a packet, which asks for it by its flags.</summary>
    /// <param name="packet">Borrowed until the last piece was made.</param>
    /// <returns>False if its headers are not those of a segment that can be cut.</returns>
    public bool TryStart(Packet packet)
    {
        _packet = packet;
        return TryStart(new Source(packet), packet.TotalLength, packet.Flags, packet.ChecksumStart, packet.SegmentationBytes, packet.Port);
    }

    /// <summary>Starts on a frame that lies elsewhere, in one piece.</summary>
    /// <param name="frame">The frame's first byte. Borrowed until the last piece was made.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="header">What the kernel says of it.</param>
    /// <param name="port">Index of the port for the pieces.</param>
    /// <returns>False if its headers are not those of a segment that can be cut.</returns>
    public bool TryStart(byte* frame, int length, Linux.VirtioNetHeader header, int port)
    {
        _packet = default;
        return TryStart(new Source(frame, length), length, header.ToFlags(), header.ChecksumStart, header.GsoSize, port);
    }

    /// <summary>Makes the next piece, of one buffer or of several. What is known about a packet is known about its pieces.</summary>
    /// <param name="tag">A VLAN tag to put in, or nothing.</param>
    /// <param name="piece">The piece, which is the caller's.</param>
    /// <returns>False, with nothing done, if the pool has not enough buffers.</returns>
    public bool TryNext(ReadOnlySpan<byte> tag, out Packet piece)
    {
        if (!_pool.TryRent(out piece))
        {
            return false;
        }

        int payload = Math.Min(_headers.PieceBytes, _left);
        Source source = _source;
        var sum = default(SummedParts);
        for (int left = payload; left > 0;)
        {
            ReadOnlySpan<byte> part = source.Take(left);
            sum.Add(part);
            left -= part.Length;
        }

        ReadOnlySpan<byte> headers = _headers.Make(_number, payload, sum.Sum, payload == _left);
        source = _source;
        if (!TryWrite(piece, headers, tag, payload, ref source))
        {
            _pool.Return(piece);
            piece = default;
            return false;
        }

        Describe(piece, !tag.IsEmpty);
        _source = source;
        _left -= payload;
        _number++;
        return true;
    }

    /// <summary>Forgets what was started.</summary>
    public void Stop() => _left = 0;

    private bool TryStart(Source source, int length, PacketFlags flags, int checksumStart, int pieceBytes, int port)
    {
        Span<byte> start = stackalloc byte[SegmentHeaders.MostBytes];
        start = start[..Math.Min(length, start.Length)];
        Source ahead = source;
        for (int at = 0; at < start.Length;)
        {
            ReadOnlySpan<byte> part = ahead.Take(start.Length - at);
            part.CopyTo(start[at..]);
            at += part.Length;
        }

        if (!_headers.TryRead(start, length, flags, checksumStart, pieceBytes))
        {
            return false;
        }

        for (int skip = _headers.Length; skip > 0;)
        {
            skip -= source.Take(skip).Length;
        }

        _source = source;
        _port = port;
        _left = length - _headers.Length;
        _number = 0;
        return true;
    }

    private bool TryWrite(Packet piece, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> tag, int payload, ref Source source)
    {
        const int AddressBytes = 12;
        piece.SetFrame(_pool.Arena.HeadroomBytes, _port, 0);
        Packet last = piece;
        if (!TryAppend(piece, ref last, headers[..AddressBytes]) || !TryAppend(piece, ref last, tag) || !TryAppend(piece, ref last, headers[AddressBytes..]))
        {
            return false;
        }

        while (payload > 0)
        {
            ReadOnlySpan<byte> part = source.Take(payload);
            if (!TryAppend(piece, ref last, part))
            {
                return false;
            }

            payload -= part.Length;
        }

        return true;
    }

    private bool TryAppend(Packet head, ref Packet last, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(last.Tailroom, bytes.Length);
            if (count == 0)
            {
                if (!_pool.TryRent(out Packet next))
                {
                    return false;
                }

                next.SetFrame(0, _port, 0);
                head.AppendSegments(next);
                last = next;
                continue;
            }

            last.TryAppend(count, out Span<byte> to);
            bytes[..count].CopyTo(to);
            bytes = bytes[count..];
        }

        return true;
    }

    private void Describe(Packet piece, bool tagged)
    {
        if (_packet.IsNone)
        {
            return;
        }

        piece.Metadata->Facts = _packet.Metadata->Facts;
        piece.Metadata->TimestampNanoseconds = _packet.Metadata->TimestampNanoseconds;
        piece.Metadata->UserWord = _packet.Metadata->UserWord;
        piece.Flags &= ~(PacketFlags.TxChecksumPartial | SoftwareOffload.Segmentation | PacketFlags.SegmentEcn | PacketFlags.Traced | (tagged ? PacketFlags.HasVlan : 0));
    }

    /// <summary>Where the bytes to cut lie: one part after the other.</summary>
    private struct Source
    {
        private byte* _at;
        private int _left;
        private Packet _next;

        internal Source(byte* start, int length)
        {
            _at = start;
            _left = length;
        }

        internal Source(Packet packet)
            : this(packet.DataPointer, packet.Length) => _next = packet.NextSegment;

        /// <summary>The next bytes: some at least, if that many are left.</summary>
        internal ReadOnlySpan<byte> Take(int most)
        {
            while (_left == 0)
            {
                this = new Source(_next);
            }

            int count = Math.Min(most, _left);
            var part = new ReadOnlySpan<byte>(_at, count);
            _at += count;
            _left -= count;
            return part;
        }
    }
}
