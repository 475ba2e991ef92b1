using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PollMode.Drivers.Traffic;

/// <summary>
/// Writes the packets of a stream into buffers, a burst at a time: an image of the frame into each, then one field after the other in all
/// of them, then the checksums, then the signatures.
/// </summary>
internal sealed unsafe class FrameWriter
{
    private readonly FrameTemplate _template;
    private readonly FieldModifier[] _modifiers;
    private readonly FrameBatch _batch = new();
    private readonly ushort _magic;
    private readonly ushort _identity;
    private readonly bool _needsSums;
    private readonly bool _writesIpChecksum;
    private readonly bool _writesTransportChecksum;

    internal FrameWriter(FrameTemplate template, FieldModifier[] modifiers, ushort identity)
    {
        _template = template;
        _modifiers = modifiers;
        _magic = template.CoversFrame ? TestSignature.FrameMagic : TestSignature.PayloadMagic;
        _identity = identity;
        _needsSums = !template.IsFixedSize || modifiers.Length > 0;

        // The image has the checksums of packets that vary in nothing that they cover.
        _writesIpChecksum = template.Layout.IpVersion == 4 && (!template.IsFixedSize || modifiers.Any(modifier => modifier.ChangesIpSum));
        _writesTransportChecksum = template.HasTransportChecksum && (!template.IsFixedSize || modifiers.Any(modifier => modifier.ChangesTransportSum));
    }

    /// <summary>Writes packets.</summary>
    /// <param name="packets">The buffers; as many as a batch holds at most.</param>
    /// <param name="sizes">The index of the size of each.</param>
    /// <param name="headroom">Bytes in front of each frame.</param>
    /// <param name="port">Index of the port.</param>
    /// <param name="sequence">The number of the first packet in its stream.</param>
    /// <param name="clock">The sender's clock, for the signatures.</param>
    internal void Write(ReadOnlySpan<Packet> packets, ReadOnlySpan<int> sizes, int headroom, int port, uint sequence, ulong clock)
    {
        FrameBatch batch = _batch;
        batch.Count = packets.Length;
        if (_template.IsFixedSize)
        {
            CopyAlike(batch, packets, headroom, port);
        }
        else
        {
            CopySized(batch, packets, sizes, headroom, port);
        }

        foreach (FieldModifier modifier in _modifiers)
        {
            modifier.Apply(batch);
        }

        if (_writesIpChecksum)
        {
            batch.WriteChecksums(batch.IpSums, _template.Layout.L3 + 10, 0);
        }

        if (_writesTransportChecksum)
        {
            batch.WriteChecksums(batch.TransportSums, _template.TransportChecksumOffset, (ushort)(_template.Transport == TransportKind.Udp ? 0xFFFF : 0));
        }

        if (_template.HasSignature)
        {
            new SignatureStamp(_magic, _identity, clock).Write(batch, _template.Layout.Payload, sequence);
        }
    }

    /// <summary>Copies the image of packets of one size; of a short one always 64 bytes, without a call. Every buffer has room for them, and every image has them.</summary>
    private void CopyAlike(FrameBatch batch, ReadOnlySpan<Packet> packets, int headroom, int port)
    {
        SizedFrame sized = _template.Sizes[0];
        byte* image = _template.Image;
        byte** frames = batch.Frames;
        if (sized.WrittenBytes <= FrameTemplate.LeastImageBytes)
        {
            Vector256<byte> low = Vector256.Load(image);
            Vector256<byte> high = Vector256.Load(image + Vector256<byte>.Count);
            for (int i = 0; i < packets.Length; i++)
            {
                packets[i].SetFrame(headroom, port, sized.Bytes);
                byte* frame = packets[i].DataPointer;
                frames[i] = frame;
                Vector256.Store(low, frame);
                Vector256.Store(high, frame + Vector256<byte>.Count);
            }
        }
        else
        {
            for (int i = 0; i < packets.Length; i++)
            {
                packets[i].SetFrame(headroom, port, sized.Bytes);
                frames[i] = packets[i].DataPointer;
                Unsafe.CopyBlockUnaligned(frames[i], image, (uint)sized.WrittenBytes);
            }
        }

        if (_template.HasSignature)
        {
            batch.Fill(batch.SignatureSums, sized.SignatureSum);
            batch.Fill(batch.PayloadBytes, (ulong)sized.PayloadBytes);
        }

        if (_needsSums)
        {
            batch.Fill(batch.IpSums, sized.IpSum);
            batch.Fill(batch.TransportSums, sized.TransportSum);
        }
    }

    /// <summary>Copies as much of the longest packet's image as each packet has, and writes its lengths.</summary>
    private void CopySized(FrameBatch batch, ReadOnlySpan<Packet> packets, ReadOnlySpan<int> sizes, int headroom, int port)
    {
        FrameLayout at = _template.Layout;
        byte* image = _template.Image;
        for (int i = 0; i < packets.Length; i++)
        {
            ref SizedFrame sized = ref _template.Sizes[sizes[i]];
            packets[i].SetFrame(headroom, port, sized.Bytes);
            byte* frame = packets[i].DataPointer;
            batch.Frames[i] = frame;
            batch.IpSums[i] = sized.IpSum;
            batch.TransportSums[i] = sized.TransportSum;
            batch.SignatureSums[i] = sized.SignatureSum;
            batch.PayloadBytes[i] = (ulong)sized.PayloadBytes;
            Unsafe.CopyBlockUnaligned(frame, image, (uint)Math.Max(sized.WrittenBytes, FrameTemplate.LeastImageBytes));
            if (at.IpVersion != 0)
            {
                FieldContainer.Write(frame + at.L3 + (at.IpVersion == 4 ? 2 : 4), 2, sized.IpLength);
            }

            if (sized.UdpLength != 0)
            {
                FieldContainer.Write(frame + at.L4 + 4, 2, sized.UdpLength);
            }
        }
    }
}
