using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PollMode.Wire;

namespace PollMode.Drivers.Traffic;

/// <summary>
/// Finds the whole packets of a run in bursts, as most packets are: adds up what each checksum of each packet covers, and then looks at
/// the sums four at a time. What it does not call whole a <see cref="TestPacketReader"/> looks at, which says what it is.
/// </summary>
internal sealed unsafe class BurstReader
{
    private const ulong Whole = 0xFFFF;
    private const int MinimumIpv4HeaderBytes = 20;
    private const int Arrays = 5;

    // Pinned, and kept alive by the reader.
    private readonly ulong[] _memory = GC.AllocateArray<ulong>(Arrays * FrameBatch.MostPackets, pinned: true);
    private readonly ulong* _heads;
    private readonly byte** _payloads;
    private readonly ulong* _checks;
    private readonly ulong* _ipSums;
    private readonly ulong* _transportSums;
    private int _last;

    internal BurstReader()
    {
        _heads = (ulong*)Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);
        _payloads = (byte**)(_heads + FrameBatch.MostPackets);
        _checks = _heads + (2 * FrameBatch.MostPackets);
        _ipSums = _heads + (3 * FrameBatch.MostPackets);
        _transportSums = _heads + (4 * FrameBatch.MostPackets);
    }

    /// <summary>Looks at a burst.</summary>
    /// <param name="packets">The packets; as many as a batch holds at most.</param>
    /// <param name="run">The run.</param>
    internal void Read(ReadOnlySpan<Packet> packets, TrafficRun run)
    {
        ReadOnlySpan<FrameLayout> layouts = run.Reader.Layouts;
        int streams = run.Receivers.Length;
        ulong first = ((ulong)TestSignature.PayloadMagic << 4) | (uint)run.Tag;
        ulong second = ((ulong)TestSignature.FrameMagic << 4) | (uint)run.Tag;

        // The run before may have had more layouts.
        int last = _last < layouts.Length ? _last : 0;
        for (int i = 0; i < packets.Length; i++)
        {
            Packet packet = packets[i];
            byte* frame = packet.DataPointer;
            int bytes = packet.SegmentCount == 1 ? packet.Length : 0;
            ulong head = 0;
            for (int tries = 0; tries < layouts.Length; tries++)
            {
                head = HeadOf(frame, bytes, layouts[last]);
                ulong known = head >> 28 & 0xFFFFF;
                if ((known == first || known == second) && IsOfProtocol(frame, layouts[last]))
                {
                    break;
                }

                head = 0;
                last = last + 1 < layouts.Length ? last + 1 : 0;
            }

            int length = (ushort)head;
            bool isPlausible = length >= TestSignature.Bytes && length <= bytes - layouts[last].Payload && StreamOf(head) < streams;
            _heads[i] = isPlausible ? head : 0;
            if (isPlausible)
            {
                Sum(i, frame, layouts[last], head, length);
            }
        }

        _last = last;
        Judge(packets.Length);
    }

    /// <summary>Whether a packet of the burst is a whole one of the run.</summary>
    internal bool IsWhole(int index) => _heads[index] != 0;

    /// <summary>The stream of a whole packet.</summary>
    internal int StreamOf(int index) => StreamOf(_heads[index]);

    /// <summary>Where the signature of a whole packet is.</summary>
    internal byte* PayloadOf(int index) => _payloads[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HeadOf(byte* frame, int bytes, in FrameLayout layout) =>
        bytes >= layout.Payload + TestSignature.Bytes ? BinaryPrimitives.ReverseEndianness(*(ulong*)(frame + layout.Payload)) : 0;

    /// <summary>Whether a frame's IP header names what its layout takes it for: ICMP has its signature where UDP has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOfProtocol(byte* frame, in FrameLayout layout) =>
        layout.IpVersion == 0 || frame[layout.L3 + (layout.IpVersion == 4 ? 9 : 6)] == layout.Protocol;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int StreamOf(ulong head) => (int)(head >> 16) & (TestSignature.MostStreams - 1);

    /// <summary>Adds up what the signature's check, the IP header's checksum and the transport checksum cover. Each sum is 0xFFFF, or zero, when it is right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Sum(int index, byte* frame, in FrameLayout at, ulong head, int length)
    {
        byte* payload = frame + at.Payload;
        _payloads[index] = payload;
        ulong sum = Sums.Raw(payload, length);
        ulong covered = (ushort)(head >> 32) == TestSignature.FrameMagic ? (ushort)~Sums.Fold(Sums.Raw(frame, at.L4)) : 0UL;

        // The check's sum may be zero or 0xFFFF, which are the same number: 0xFFFF more makes it the latter.
        _checks[index] = sum + covered + Whole;
        byte* ip = frame + at.L3;
        _ipSums[index] = at.IpVersion != 4 ? Whole : at.L4 - at.L3 == MinimumIpv4HeaderBytes ? TwentyBytes(ip) : Sums.Raw(ip, at.L4 - at.L3);
        _transportSums[index] = at.Payload == at.L4 ? Whole : TransportSum(frame, at, length, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong TransportSum(byte* frame, in FrameLayout at, int length, ulong payload)
    {
        byte* header = frame + at.L4;
        byte* ip = frame + at.L3;
        int headerBytes = at.Payload - at.L4;
        ulong sum = payload + (headerBytes == UdpDatagram.HeaderBytes ? Sums.Of(*(ulong*)header) : TwentyBytes(header));
        switch ((IpProtocol)at.Protocol)
        {
            case IpProtocol.Udp when *(ushort*)(header + 6) == 0 && at.IpVersion == 4:
                return Whole;
            case IpProtocol.Udp or IpProtocol.Tcp or IpProtocol.Icmpv6:
                ulong addresses = at.IpVersion == 4 ? Sums.Of(*(ulong*)(ip + 12)) : Sums.Raw(ip + 8, 32);
                return sum + addresses + Sums.Swapped((uint)(headerBytes + length)) + Sums.Swapped(at.Protocol);
            case IpProtocol.Icmp:
                return sum;
            default:
                return Whole;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong TwentyBytes(byte* at) => Sums.Of(*(ulong*)at) + Sums.Of(*(ulong*)(at + 8)) + *(uint*)(at + 16);

    /// <summary>Forgets the packets whose sums are wrong.</summary>
    private void Judge(int count)
    {
        Vector256<ulong> whole = Vector256.Create(Whole);
        for (int i = 0; i < count; i += Vector256<ulong>.Count)
        {
            Vector256<ulong> right = Vector256.Equals(Sums.Fold(Vector256.Load(_checks + i)), whole)
                & Vector256.Equals(Sums.Fold(Vector256.Load(_ipSums + i)), whole)
                & Vector256.Equals(Sums.Fold(Vector256.Load(_transportSums + i)), whole);
            Vector256.Store(Vector256.Load(_heads + i) & right, _heads + i);
        }
    }
}
