namespace PollMode.Wire;

/// <summary>A walk over the options of a TCP segment (RFC 9293, section 3.2). Padding is passed over. Borrows the bytes.</summary>
public ref struct TcpOptionReader
{
    private const int KindAndLengthBytes = 2;

    private Span<byte> _rest;

    /// <summary>Starts a walk.</summary>
    /// <param name="options">The options of a segment: <see cref="TcpSegment.Options"/>.</param>
    public TcpOptionReader(Span<byte> options) => _rest = options;

    /// <summary>Whether the walk ended at an option that does not fit.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Reads the next option.</summary>
    /// <param name="kind">Which it is.</param>
    /// <param name="data">Its bytes behind kind and length. They may be changed; the checksum is the caller's to update.</param>
    /// <returns>False at the end of the options.</returns>
    public bool TryRead(out TcpOptionKind kind, out Span<byte> data)
    {
        kind = TcpOptionKind.EndOfList;
        data = default;
        while (_rest.Length > 0 && (TcpOptionKind)_rest[0] == TcpOptionKind.NoOperation)
        {
            _rest = _rest[1..];
        }

        if (_rest.Length == 0 || (TcpOptionKind)_rest[0] == TcpOptionKind.EndOfList)
        {
            _rest = default;
            return false;
        }

        int length = _rest.Length < KindAndLengthBytes ? 0 : _rest[1];
        if (length < KindAndLengthBytes || length > _rest.Length)
        {
            IsMalformed = true;
            _rest = default;
            return false;
        }

        kind = (TcpOptionKind)_rest[0];
        data = _rest[KindAndLengthBytes..length];
        _rest = _rest[length..];
        return true;
    }
}
