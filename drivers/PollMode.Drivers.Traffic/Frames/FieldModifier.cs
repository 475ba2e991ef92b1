using System.Buffers.Binary;

namespace PollMode.Drivers.Traffic;

/// <summary>Gives one field its value in each packet of a burst, and tells what that does to the checksums.</summary>
internal sealed unsafe class FieldModifier
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

    internal bool ChangesIpSum => _inIpSum;

    internal bool ChangesTransportSum => _inTransportSum || _inCoveredSum;

    /// <summary>Writes the next values, and adds what changed to the sums.</summary>
    internal void Apply(FrameBatch batch)
    {
        TakeValues(batch.Values, batch.Count);
        switch (_bytes)
        {
            case 2:
                WriteTwo(batch);
                break;
            case 4:
                WriteFour(batch);
                break;
            default:
                WriteEight(batch);
                break;
        }

        if (_inIpSum)
        {
            batch.AddChangesTo(batch.IpSums);
        }

        if (_inTransportSum)
        {
            batch.AddChangesTo(batch.TransportSums);
        }

        if (_inCoveredSum)
        {
            // The payload's sum follows that of the headers, and the transport checksum covers the payload.
            batch.AddChangesTo(batch.TransportSums);
            batch.TakeChangesFrom(batch.SignatureSums);
        }
    }

    private void WriteTwo(FrameBatch batch)
    {
        byte** frames = batch.Frames;
        ulong* values = batch.Values;
        ulong* changes = batch.Changes;
        int count = batch.Count;
        int offset = _offset;
        int shift = _shift;
        uint others = (ushort)~_mask;
        for (int i = 0; i < count; i++)
        {
            var at = (ushort*)(frames[i] + offset);
            uint before = BinaryPrimitives.ReverseEndianness(*at);
            uint after = (before & others) | ((uint)values[i] << shift);
            *at = BinaryPrimitives.ReverseEndianness((ushort)after);
            changes[i] = after + (ushort)~before;
        }
    }

    private void WriteFour(FrameBatch batch)
    {
        byte** frames = batch.Frames;
        ulong* values = batch.Values;
        ulong* changes = batch.Changes;
        int count = batch.Count;
        int offset = _offset;
        int shift = _shift;
        uint others = (uint)~_mask;
        for (int i = 0; i < count; i++)
        {
            var at = (uint*)(frames[i] + offset);
            uint before = BinaryPrimitives.ReverseEndianness(*at);
            uint after = (before & others) | ((uint)values[i] << shift);
            *at = BinaryPrimitives.ReverseEndianness(after);
            changes[i] = (ulong)after + ~before;
        }
    }

    private void WriteEight(FrameBatch batch)
    {
        byte** frames = batch.Frames;
        ulong* values = batch.Values;
        ulong* changes = batch.Changes;
        int count = batch.Count;
        int offset = _offset;
        int shift = _shift;
        ulong others = ~_mask;
        for (int i = 0; i < count; i++)
        {
            var at = (ulong*)(frames[i] + offset);
            ulong before = BinaryPrimitives.ReverseEndianness(*at);
            ulong after = (before & others) | (values[i] << shift);
            *at = BinaryPrimitives.ReverseEndianness(after);
            changes[i] = Sums.Of(after) + Sums.Of(~before);
        }
    }

    private void TakeValues(ulong* values, int count)
    {
        if (_kind == FieldPatternKind.Random)
        {
            for (int i = 0; i < count; i++)
            {
                values[i] = _first + (_random.Below(_count) * _step);
            }

            return;
        }

        for (int i = 0; i < count;)
        {
            // As many as follow each other before the values start again, or the packets do.
            ulong run = Math.Min((ulong)(count - i), _every > 1 ? _every - _repeat : _count - _index);
            run = _wrap > 0 ? Math.Min(run, _wrap - _total) : run;
            TakeRun(values + i, (int)run);
            i += (int)run;
        }
    }

    /// <summary>Values one after the other, or, where they are kept for several packets, one value over and over.</summary>
    private void TakeRun(ulong* values, int count)
    {
        if (_every > 1)
        {
            new Span<ulong>(values, count).Fill(ValueAt(_index));
        }
        else if (_kind == FieldPatternKind.List)
        {
            for (int i = 0; i < count; i++)
            {
                values[i] = _list[_index + (ulong)i];
            }
        }
        else
        {
            ulong value = ValueAt(_index);
            for (int i = 0; i < count; i++)
            {
                values[i] = value;
                value += _step;
            }
        }

        MoveOn((ulong)count);
    }

    private void MoveOn(ulong packets)
    {
        if (_every == 1)
        {
            _index += packets;
        }
        else if ((_repeat += packets) == _every)
        {
            _repeat = 0;
            _index++;
        }

        _index = _index == _count ? 0 : _index;
        if (_wrap > 0 && (_total += packets) == _wrap)
        {
            _total = 0;
            _repeat = 0;
            _index = 0;
        }
    }

    private ulong ValueAt(ulong index) => _kind == FieldPatternKind.List ? _list[index] : _first + (index * _step);
}
