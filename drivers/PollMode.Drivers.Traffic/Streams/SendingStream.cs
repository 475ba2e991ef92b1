using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PollMode.Drivers.Traffic;

/// <summary>A stream while it is sent: its schedule, and the packets it makes. Used by the source's worker; counters are read by anyone.</summary>
internal sealed unsafe class SendingStream
{
    private const int LumpPackets = 16;

    private readonly StreamPlan _plan;
    private readonly FrameTemplate _template;
    private readonly FieldModifier[] _modifiers;
    private readonly Pacer _pacer;
    private readonly int[] _pattern;
    private readonly ushort _identity;
    private SeededRandom _random;
    private int _position;
    private int _nextSize;

    internal long Packets;

    /// <summary>Bytes with FCS.</summary>
    internal long Bytes;

    internal SendingStream(StreamPlan plan, TrafficPlan traffic, int index, int run)
    {
        _plan = plan;
        long seed = unchecked(traffic.Seed + (index * 7919L));
        _template = new FrameTemplate(plan.Shape, plan.Sizes, plan.ReadFields(), plan.HasSignature, traffic.ChecksWholeFrame, seed);
        _modifiers = FieldModifiers.Of(plan, _template, seed);
        _random = new SeededRandom(seed, 0x73);
        Rates = plan.Rates.Resolve(traffic.LineBitsPerSecond, plan.Sizes.Mean);
        LumpNanoseconds = Rates.First.IsMax ? Pacer.Never : (long)(LumpPackets * 1e9 / Rates.First.PacketsPerSecond(plan.Sizes.Mean));
        _pacer = new Pacer(Rates, plan.Spacing, plan.StartNanoseconds, new SeededRandom(seed, 0x70));
        _pattern = [.. plan.Sizes.Pattern];
        _identity = TestSignature.MakeIdentity(run, index);
        ChooseSize();
    }

    /// <summary>How late a packet is, in nanoseconds, when more than sixteen are due at once.</summary>
    internal long LumpNanoseconds { get; }

    internal string Name => _plan.Name;

    internal StreamPlan Plan => _plan;

    /// <summary>Its rates, percentages resolved.</summary>
    internal RateProfile Rates { get; }

    internal FrameLayout Layout => _template.Layout;

    /// <summary>When the next packet is due, in nanoseconds from the start of the run; <see cref="Pacer.Never"/> when the stream has ended.</summary>
    internal long Due => _plan.Packets > 0 && Packets == _plan.Packets ? Pacer.Never : _pacer.Due;

    internal bool IsMax => _pacer.IsMax;

    /// <summary>When the packet after the last would be due: the end of the schedule.</summary>
    internal long ScheduleEnd => _pacer.Due;

    /// <summary>Bytes of the next packet, with FCS.</summary>
    internal int NextFrameBytes => _template.Sizes[_nextSize].Bytes + EthernetWire.FcsBytes;

    /// <summary>Writes the next packet into a buffer, and moves the schedule on.</summary>
    /// <param name="packet">The buffer.</param>
    /// <param name="headroom">Bytes in front of the frame.</param>
    /// <param name="port">Index of the port.</param>
    /// <param name="now">Nanoseconds from the start of the run.</param>
    /// <param name="clock">The sender's clock, for the signature.</param>
    /// <returns>Bytes of the frame without FCS.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Write(Packet packet, int headroom, int port, long now, long clock)
    {
        ref SizedFrame sized = ref _template.Sizes[_nextSize];
        packet.SetFrame(headroom, port, sized.Bytes);
        byte* frame = packet.DataPointer;
        CopyImage(frame, _template.Image, sized.Bytes);
        if (_modifiers.Length > 0 || !_template.IsFixedSize)
        {
            WriteVarying(frame, ref sized);
        }
        else if (_template.HasSignature)
        {
            WriteSignature(frame, ref sized, sized.SignatureSum, clock);
        }

        int frameBytes = sized.Bytes + EthernetWire.FcsBytes;
        Packets++;
        Bytes += frameBytes;
        _pacer.Advance(frameBytes, now);
        int bytes = sized.Bytes;
        if (!_template.IsFixedSize)
        {
            ChooseSize();
        }

        return bytes;

        void WriteVarying(byte* start, ref SizedFrame size)
        {
            ulong signatureSum = WriteFields(start, ref size);
            if (_template.HasSignature)
            {
                WriteSignature(start, ref size, signatureSum, clock);
            }
        }
    }

    /// <summary>Copies the frame; of a short one always 64 bytes, without a call. Every buffer has room for them, and every image has them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyImage(byte* frame, byte* image, int bytes)
    {
        if (bytes <= FrameTemplate.LeastImageBytes)
        {
            Vector256.Store(Vector256.Load(image), frame);
            Vector256.Store(Vector256.Load(image + 32), frame + 32);
        }
        else
        {
            Unsafe.CopyBlockUnaligned(frame, image, (uint)bytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteSignature(byte* frame, ref SizedFrame sized, ulong sum, long clock) => TestSignature.Write(
        frame + _template.Layout.Payload,
        sum,
        _template.CoversFrame ? TestSignature.FrameMagic : TestSignature.PayloadMagic,
        _identity,
        sized.PayloadBytes,
        (uint)Packets,
        (ulong)clock);

    /// <summary>Lengths, varying fields and checksums.</summary>
    /// <returns>The sum for the signature.</returns>
    private ulong WriteFields(byte* frame, ref SizedFrame sized)
    {
        FrameLayout at = _template.Layout;
        ulong ipSum = sized.IpSum;
        ulong transportSum = sized.TransportSum;
        ulong signatureSum = sized.SignatureSum;
        if (!_template.IsFixedSize)
        {
            if (at.IpVersion != 0)
            {
                FieldContainer.Write(frame + at.L3 + (at.IpVersion == 4 ? 2 : 4), 2, sized.IpLength);
            }

            if (sized.UdpLength != 0)
            {
                FieldContainer.Write(frame + at.L4 + 4, 2, sized.UdpLength);
            }
        }

        FieldModifier[] modifiers = _modifiers;
        for (int i = 0; i < modifiers.Length; i++)
        {
            modifiers[i].Apply(frame, ref ipSum, ref transportSum, ref signatureSum);
        }

        if (at.IpVersion == 4)
        {
            FieldContainer.Write(frame + at.L3 + 10, 2, (ushort)~Sums.Fold(ipSum));
        }

        if (_template.HasTransportChecksum)
        {
            ushort checksum = (ushort)~Sums.Fold(transportSum);
            checksum = checksum == 0 && _template.Transport == TransportKind.Udp ? (ushort)0xFFFF : checksum;
            FieldContainer.Write(frame + _template.TransportChecksumOffset, 2, checksum);
        }

        return signatureSum;
    }

    private void ChooseSize()
    {
        if (_pattern.Length == 0)
        {
            _nextSize = (int)_random.Below((ulong)_template.Sizes.Length);
            return;
        }

        _nextSize = _pattern[_position];
        _position = _position + 1 == _pattern.Length ? 0 : _position + 1;
    }
}
