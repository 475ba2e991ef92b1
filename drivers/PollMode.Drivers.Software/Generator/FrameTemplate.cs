using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using PollMode.Wire;

namespace PollMode.Drivers.Software;

/// <summary>
/// The frame that one queue of a generator gives again and again: Ethernet, IPv4 or IPv6, UDP, and a payload made from a seed. Only the
/// eight bytes of the UDP header differ between flows, so a frame is one copy and one store.
/// </summary>
internal sealed class FrameTemplate
{
    internal const int MaxFlows = 1 << 20;

    private const int EthernetBytes = 14;
    private const int UdpBytes = 8;
    private const int FirstPort = 1024;
    private const int PortsOfRange = 60_000;
    private const byte Udp = 17;
    private const byte HopLimit = 64;

    private readonly byte[] _frame;
    private readonly ulong[] _udpHeaders;
    private readonly int _udp;

    internal FrameTemplate(GeneratorSettings settings, int queue)
    {
        _frame = new byte[settings.Size];
        _udp = EthernetBytes + (settings.IsIpv6 ? 40 : 20);
        WriteEthernet(settings.IsIpv6, queue);
        int addresses = settings.IsIpv6 ? WriteIpv6(queue) : WriteIpv4(queue);
        uint random = (uint)((ulong)settings.Seed * 0x9E3779B97F4A7C15 >> 32) ^ ((uint)queue * 0x85EBCA6B) | 1;
        for (int i = _udp + UdpBytes; i < _frame.Length; i++)
        {
            // Marsaglia's xorshift32: payloads need to look busy, not to be unpredictable.
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            _frame[i] = (byte)random;
        }

        _udpHeaders = new ulong[settings.Flows];
        uint common = InternetChecksum.Sum(_frame.AsSpan(_udp + UdpBytes), InternetChecksum.Sum(_frame.AsSpan(addresses, _udp - addresses)));
        for (int flow = 0; flow < _udpHeaders.Length; flow++)
        {
            _udpHeaders[flow] = MakeUdpHeader(flow, common);
        }
    }

    internal int Flows => _udpHeaders.Length;

    /// <summary>Writes the frame of a flow where it belongs. There is room for it.</summary>
    internal unsafe void Write(byte* destination, int flow)
    {
        _frame.AsSpan().CopyTo(new Span<byte>(destination, _frame.Length));
        Unsafe.WriteUnaligned(destination + _udp, _udpHeaders[flow]);
    }

    /// <summary>Addresses with the bit for "locally administered", so that they belong to no vendor.</summary>
    private void WriteEthernet(bool isIpv6, int queue)
    {
        ReadOnlySpan<byte> addresses = [0x02, 0, 0, 0, 0, 0x02, 0x02, 0, 0, 0, (byte)queue, 0x01];
        addresses.CopyTo(_frame);
        BinaryPrimitives.WriteUInt16BigEndian(_frame.AsSpan(12), (ushort)(isIpv6 ? 0x86DD : 0x0800));
    }

    /// <summary>Addresses of 198.18.0.0/15, set aside for benchmarks (RFC 2544). Not to be fragmented, hence without an identification (RFC 6864).</summary>
    private int WriteIpv4(int queue)
    {
        Span<byte> header = _frame.AsSpan(EthernetBytes, 20);
        header[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)(_frame.Length - EthernetBytes));
        header[6] = 0x40;
        header[8] = HopLimit;
        header[9] = Udp;
        ReadOnlySpan<byte> addresses = [198, 18, (byte)queue, 1, 198, 19, (byte)queue, 2];
        addresses.CopyTo(header[12..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], InternetChecksum.Compute(header));
        return EthernetBytes + 12;
    }

    /// <summary>Addresses of 2001:2::/48, set aside for benchmarks (RFC 5180).</summary>
    private int WriteIpv6(int queue)
    {
        Span<byte> header = _frame.AsSpan(EthernetBytes, 40);
        header[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)(_frame.Length - _udp));
        header[6] = Udp;
        header[7] = HopLimit;
        ReadOnlySpan<byte> prefix = [0x20, 0x01, 0, 0x02];
        prefix.CopyTo(header[8..]);
        prefix.CopyTo(header[24..]);
        header[8 + 7] = header[24 + 7] = (byte)queue;
        header[8 + 15] = 1;
        header[24 + 15] = 2;
        return EthernetBytes + 8;
    }

    /// <summary>The UDP header of a flow (RFC 768; over IPv6 RFC 8200, section 8.1), as the eight bytes lie in memory.</summary>
    private ulong MakeUdpHeader(int flow, uint common)
    {
        int length = _frame.Length - _udp;
        Span<byte> header = stackalloc byte[UdpBytes];
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)(FirstPort + (flow % PortsOfRange)));
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)(FirstPort + (flow / PortsOfRange)));
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], InternetChecksum.FinishUdp(InternetChecksum.Sum(header, common + Udp + (uint)length)));
        return Unsafe.ReadUnaligned<ulong>(ref header[0]);
    }
}
