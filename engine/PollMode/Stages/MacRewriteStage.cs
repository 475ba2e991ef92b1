using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using PollMode.Wire;

namespace PollMode;

/// <summary>
/// Writes both addresses of every frame by the port it will leave by: to that port's peer, from that port. Goes behind stages that choose
/// the egress port. Frames without an egress port stay as they are; a frame without a whole Ethernet header is dropped as malformed; a
/// shared packet is copied first, since it is read-only.
/// </summary>
public sealed unsafe class MacRewriteStage : IStage
{
    private readonly MacAddress[] _destinations;
    private readonly MacAddress[] _sources;
    private Header[] _headers = [];

    /// <summary>Makes the stage.</summary>
    /// <param name="destinations">For each egress port, by index, the address of its peer. Ports beyond the end get the locally administered 02:00:00:00:00:port, as testpmd has it.</param>
    /// <param name="sources">For each egress port its own address; ports beyond the end, and zero entries, use the address that the port has, or zeros if it has none.</param>
    public MacRewriteStage(IEnumerable<MacAddress> destinations, IEnumerable<MacAddress>? sources = null)
    {
        _destinations = [.. destinations];
        _sources = [.. sources ?? []];
    }

    /// <inheritdoc/>
    public string Name => "mac-rewrite";

    /// <inheritdoc/>
    public bool KeepsLengths => true;

    /// <inheritdoc/>
    public void Start(StageContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _headers = new Header[context.Ports.Count];
        for (int port = 0; port < _headers.Length; port++)
        {
            MacAddress destination = port < _destinations.Length ? _destinations[port] : new MacAddress(0x0200_0000_0000UL | (uint)port);
            MacAddress source = port < _sources.Length && !_sources[port].IsZero ? _sources[port] : new MacAddress(context.Ports[port].Capabilities.MacAddress);
            _headers[port] = new Header(destination, source);
        }
    }

    /// <inheritdoc/>
    public void Process(ref Burst burst)
    {
        for (int i = 0; i < burst.Count; i++)
        {
            int port = burst.EgressOf(i);
            if ((uint)port >= (uint)_headers.Length)
            {
                continue;
            }

            PacketMetadata* metadata = burst[i].Metadata;
            if (metadata->Length >= EthernetFrame.HeaderBytes && metadata->ReferenceCount == 1)
            {
                _headers[port].Write(metadata->Buffer + metadata->DataOffset);
            }
            else
            {
                ProcessRare(ref burst, i, in _headers[port]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ProcessRare(ref Burst burst, int index, in Header header)
    {
        if (burst[index].Length < EthernetFrame.HeaderBytes)
        {
            burst.Drop(index, DropReason.Malformed);
        }
        else if (burst.TryMakeWritable(index))
        {
            header.Write(burst[index].DataPointer);
        }
    }

    /// <summary>The twelve bytes as two words in memory order, so that writing them is two stores.</summary>
    private readonly struct Header
    {
        private readonly ulong _first;
        private readonly uint _last;

        internal Header(MacAddress destination, MacAddress source)
        {
            Span<byte> bytes = stackalloc byte[2 * MacAddress.Bytes];
            destination.Write(bytes);
            source.Write(bytes[MacAddress.Bytes..]);
            _first = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            _last = BinaryPrimitives.ReadUInt32LittleEndian(bytes[sizeof(ulong)..]);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Write(byte* frame)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(frame, sizeof(ulong)), _first);
            BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(frame + sizeof(ulong), sizeof(uint)), _last);
        }
    }
}
