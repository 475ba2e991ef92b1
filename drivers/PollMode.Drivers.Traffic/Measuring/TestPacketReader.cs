using PollMode.Wire;

namespace PollMode.Drivers.Traffic;

/// <summary>Tells test packets from others and whole ones from damaged ones. Allocates nothing.</summary>
/// <remarks>
/// The signature is looked for where packets of known layouts have it, the last layout first: so a damaged header hides nothing. Only if
/// that fails are the headers read, and a new layout learned, such as one with a VLAN tag that a device put in. A packet without the magic
/// counts as damaged, not as foreign, if everything else in its signature is what is expected at this moment.
/// </remarks>
internal sealed class TestPacketReader
{
    private const int MostLayouts = 16;

    /// <summary>How far a damaged packet's sequence number may be from those expected.</summary>
    private const int SequenceTolerance = 1 << 20;

    /// <summary>Fields of a signature beside magic and check.</summary>
    private const int Facts = 3;

    /// <summary>How many of them must be right in a damaged packet that has the magic: one bit turned over spoils one of them.</summary>
    private const int FactsWithMagic = 2;

    private readonly FrameLayout[] _layouts = new FrameLayout[MostLayouts];
    private readonly StreamReceiver[] _streams;
    private readonly int _run;
    private int _count;
    private int _last;

    internal TestPacketReader(IEnumerable<FrameLayout> layouts, StreamReceiver[] streams, int run)
    {
        foreach (FrameLayout layout in layouts.Distinct().Take(MostLayouts / 2))
        {
            _layouts[_count++] = layout;
        }

        _streams = streams;
        _run = run;
    }

    /// <summary>The layouts known so far.</summary>
    internal ReadOnlySpan<FrameLayout> Layouts => _layouts.AsSpan(0, _count);

    /// <summary>Looks at a frame.</summary>
    /// <param name="frame">The frame without FCS.</param>
    /// <param name="payload">The payload of a test packet, from the signature on.</param>
    /// <param name="stream">The stream it seems to be of, or -1.</param>
    internal TestPacketVerdict Read(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> payload, out int stream)
    {
        // Layouts of UDP and ICMP have the signature at the same place: where one finds it and a wrong checksum, another may be right.
        int found = -1;
        for (int tries = 0, i = _last; tries < _count; tries++, i = i + 1 < _count ? i + 1 : 0)
        {
            if (HasMagic(frame, _layouts[i]))
            {
                if (IsWhole(frame, _layouts[i]))
                {
                    _last = i;
                    return Whole(frame[_layouts[i].Payload..], out payload, out stream);
                }

                found = found < 0 ? i : found;
            }
        }

        FrameLayout layout = found >= 0 ? _layouts[found] : default;
        if (found < 0 && TryReadLayout(frame, out layout))
        {
            Learn(layout);
            found = _last;
            if (IsWhole(frame, layout))
            {
                return Whole(frame[layout.Payload..], out payload, out stream);
            }
        }

        payload = default;
        if (found < 0)
        {
            return IsDamaged(frame, out stream) ? TestPacketVerdict.Corrupted : TestPacketVerdict.Foreign;
        }

        // Sixteen bits of magic occur in others' packets now and then; two facts more do not.
        bool isOurs = Plausible(frame[layout.Payload..], out stream) >= FactsWithMagic;
        stream = isOurs && stream < _streams.Length ? stream : -1;
        return isOurs ? TestPacketVerdict.Corrupted : TestPacketVerdict.Foreign;
    }

    private TestPacketVerdict Whole(ReadOnlySpan<byte> signature, out ReadOnlySpan<byte> payload, out int stream)
    {
        payload = signature;
        ushort identity = TestSignature.Identity(signature);
        int index = identity & (TestSignature.MostStreams - 1);
        stream = index < _streams.Length ? index : -1;
        return identity >> 12 != _run || stream < 0 ? TestPacketVerdict.OtherRun : TestPacketVerdict.Good;
    }

    /// <summary>The layout that a frame's own headers say, if the magic is there.</summary>
    private static bool TryReadLayout(ReadOnlySpan<byte> frame, out FrameLayout layout)
    {
        PacketLayers layers = PacketLayers.Parse(frame);
        layout = layers.IsIp
            ? new FrameLayout(layers.L3Offset, layers.L4Offset, layers.PayloadOffset, layers.IsIpv4 ? 4 : 6, (byte)layers.Protocol)
            : new FrameLayout(layers.PayloadOffset, layers.PayloadOffset, layers.PayloadOffset, 0, 0);
        return !(layers.IsIp && layers.L4Offset == 0) && HasMagic(frame, layout);
    }

    private void Learn(FrameLayout layout)
    {
        if (_count < MostLayouts)
        {
            _last = _count;
            _layouts[_count++] = layout;
        }
    }

    private static bool HasMagic(ReadOnlySpan<byte> frame, FrameLayout layout) =>
        frame.Length >= layout.Payload + TestSignature.Bytes && TestSignature.IsMagic(TestSignature.Magic(frame[layout.Payload..]));

    /// <summary>Whether every checksum that covers the frame is right.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> frame, FrameLayout layout)
    {
        ReadOnlySpan<byte> payload = frame[layout.Payload..];
        int length = TestSignature.Length(payload);
        if (length < TestSignature.Bytes || length > payload.Length || !IsOfProtocol(frame, layout))
        {
            return false;
        }

        uint sum = InternetChecksum.Sum(payload[..length]);
        if (layout.IpVersion == 4 && !InternetChecksum.IsValid(frame[layout.L3..layout.L4]))
        {
            return false;
        }

        ushort target = 0;
        if (TestSignature.Magic(payload) == TestSignature.FrameMagic)
        {
            target = (ushort)InternetChecksum.Sum(frame[..layout.L4]);
        }

        // Zero and 0xFFFF are the same number.
        if (Sums.Fold(sum + (ulong)(ushort)~target) != 0xFFFF)
        {
            return false;
        }

        return layout.Payload == layout.L4 || IsTransportWhole(frame, layout, length, sum);
    }

    /// <summary>Whether a frame's IP header names what its layout takes it for.</summary>
    private static bool IsOfProtocol(ReadOnlySpan<byte> frame, FrameLayout layout) =>
        layout.IpVersion == 0 || frame[layout.L3 + (layout.IpVersion == 4 ? 9 : 6)] == layout.Protocol;

    private static bool IsTransportWhole(ReadOnlySpan<byte> frame, FrameLayout layout, int payloadBytes, uint payloadSum)
    {
        var protocol = (IpProtocol)layout.Protocol;
        ReadOnlySpan<byte> header = frame[layout.L4..layout.Payload];
        uint sum = InternetChecksum.Sum(header, payloadSum);
        switch (protocol)
        {
            case IpProtocol.Udp when header[6] == 0 && header[7] == 0 && layout.IpVersion == 4:
                return true;
            case IpProtocol.Udp or IpProtocol.Tcp or IpProtocol.Icmpv6:
                uint rest = (uint)(header.Length + payloadBytes) + layout.Protocol;
                sum = InternetChecksum.Sum(layout.IpVersion == 4 ? frame.Slice(layout.L3 + 12, 8) : frame.Slice(layout.L3 + 8, 32), sum + rest);
                return sum == 0xFFFF;
            case IpProtocol.Icmp:
                return sum == 0xFFFF;
            default:
                return true;
        }
    }

    /// <summary>Whether a frame without the magic has everything else that a packet of this run has now.</summary>
    private bool IsDamaged(ReadOnlySpan<byte> frame, out int stream)
    {
        for (int i = 0; i < _count; i++)
        {
            if (frame.Length < _layouts[i].Payload + TestSignature.Bytes)
            {
                continue;
            }

            if (Plausible(frame[_layouts[i].Payload..], out stream) == Facts)
            {
                return true;
            }
        }

        stream = -1;
        return false;
    }

    /// <summary>How many of the signature's three other fields are what is expected at this moment: run and stream, length, sequence.</summary>
    private int Plausible(ReadOnlySpan<byte> payload, out int stream)
    {
        ushort identity = TestSignature.Identity(payload);
        stream = identity & (TestSignature.MostStreams - 1);
        bool isKnown = identity >> 12 == _run && stream < _streams.Length;
        int length = TestSignature.Length(payload);
        long highest = isKnown ? _streams[stream].Highest : _streams[0].Highest;
        bool isNear = Math.Abs((long)(int)(TestSignature.Sequence(payload) - (uint)highest)) < SequenceTolerance;
        return (isKnown ? 1 : 0) + (length >= TestSignature.Bytes && length <= payload.Length ? 1 : 0) + (isNear ? 1 : 0);
    }
}
