using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Traffic;

/// <summary>Gives one field its value in each packet, and tells what that does to the checksums.</summary>
internal unsafe struct FieldModifier
{
    private readonly int _offset;
    private readonly int _bytes;
    private readonly int _shift;
    private readonly ulong _mask;
    private readonly FieldPatternKind _kind;
    private readonly ulong _first;
    private readonly ulong _count;
    private readonly ulong _step;
    private readonly ulong _every;
    private readonly ulong _wrap;
    private readonly ulong[] _list;
    private readonly bool _inIpSum;
    private readonly bool _inTransportSum;
    private readonly bool _inCoveredSum;
    private SeededRandom _random;
    private ulong _index;
    private ulong _repeat;
    private ulong _total;

    /// <summary>Makes a modifier.</summary>
    /// <param name="pattern">The values.</param>
    /// <param name="template">The packets.</param>
    /// <param name="random">Chance for random values.</param>
    /// <param name="every">Packets that a value is kept for.</param>
    /// <param name="wrap">Packets after which the values start again, though they have not all been used; zero for never.</param>
    internal FieldModifier(FieldPattern pattern, FrameTemplate template, SeededRandom random, ulong every = 1, ulong wrap = 0)
    {
        FieldDefinition field = pattern.Field;
        _offset = template.OffsetOf(field);
        _bytes = field.ContainerBytes;
        _shift = field.Shift;
        _mask = field.Largest << field.Shift;
        _kind = pattern.Kind;
        _first = (ulong)pattern.First;
        _count = pattern.Count;
        _step = pattern.Step;
        _every = every;
        _wrap = wrap;
        _list = pattern.List;
        _random = random;
        bool isIpv4 = field.Layer == FieldLayer.Ipv4;
        bool isAddress = field.Name is "ip.src" or "ip.dst" or "ipv6.src" or "ipv6.dst";
        bool isTransport = _offset >= template.Layout.L4;
        _inIpSum = isIpv4;
        _inTransportSum = template.HasTransportChecksum && (isTransport || (isAddress && !(isIpv4 && template.Transport == TransportKind.Icmp)));

        // An IPv4 header sums up to zero whatever it holds, thanks to its checksum.
        _inCoveredSum = template.HasSignature && template.CoversFrame && !isTransport && !isIpv4;
    }

    /// <summary>Writes the next value, and adds what changed to the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Apply(byte* frame, ref ulong ipSum, ref ulong transportSum, ref ulong signatureSum)
    {
        byte* at = frame + _offset;
        ulong before = FieldContainer.Read(at, _bytes);
        ulong after = (before & ~_mask) | (NextValue() << _shift);
        FieldContainer.Write(at, _bytes, after);
        ulong change = Sums.Of(after) + Sums.Without(before, _bytes);
        if (_inIpSum)
        {
            ipSum += change;
        }

        if (_inTransportSum)
        {
            transportSum += change;
        }

        if (_inCoveredSum)
        {
            // The payload's sum follows that of the headers, and the transport checksum covers the payload.
            signatureSum += Sums.Of(before) + Sums.Without(after, _bytes);
            transportSum += change;
        }
    }

    private ulong NextValue()
    {
        if (_kind == FieldPatternKind.Random)
        {
            return _first + (_random.Below(_count) * _step);
        }

        ulong index = _index;
        if (++_repeat == _every)
        {
            _repeat = 0;
            _index = index + 1 == _count ? 0 : index + 1;
        }

        if (++_total == _wrap)
        {
            _total = 0;
            _repeat = 0;
            _index = 0;
        }

        return _kind == FieldPatternKind.List ? _list[index] : _first + (index * _step);
    }
}
