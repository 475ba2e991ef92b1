using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace PollMode.Drivers.Memif;

/// <summary>
/// A control message of memif 2.0: 128 bytes, packed, in the machine's order; a kind of two bytes, then fields of that kind. Fields are
/// read and written by name with their offsets here, in one place.
/// </summary>
[InlineArray(Bytes)]
internal struct ControlMessage
{
    internal const int Bytes = 128;
    internal const ushort Version = 0x0200;
    internal const int NameBytes = 32;
    internal const int SecretBytes = 24;
    internal const int ReasonBytes = 96;

    private byte _first;

    internal ControlMessage(MessageKind kind) => BinaryPrimitives.WriteUInt16LittleEndian(this, (ushort)kind);

    internal readonly MessageKind Kind => (MessageKind)Number16(0);

    // Hello.
    internal ushort MinVersion { readonly get => Number16(34); set => Number16(34, value); }

    internal ushort MaxVersion { readonly get => Number16(36); set => Number16(36, value); }

    /// <summary>Highest region index. Limits of this message are highest indices, not counts.</summary>
    internal ushort MaxRegion { readonly get => Number16(38); set => Number16(38, value); }

    internal ushort MaxServerToClientRing { readonly get => Number16(40); set => Number16(40, value); }

    internal ushort MaxClientToServerRing { readonly get => Number16(42); set => Number16(42, value); }

    internal byte MaxLog2RingSize { readonly get => this[44]; set => this[44] = value; }

    // Initialize.
    internal ushort InitVersion { readonly get => Number16(2); set => Number16(2, value); }

    internal uint InterfaceId { readonly get => Number32(4); set => Number32(4, value); }

    /// <summary>Zero: Ethernet.</summary>
    internal byte Mode { readonly get => this[8]; set => this[8] = value; }

    // Add region.
    internal ushort RegionIndex { readonly get => Number16(2); set => Number16(2, value); }

    internal ulong RegionBytes
    {
        readonly get => BinaryPrimitives.ReadUInt64LittleEndian(this[4..12]);
        set => BinaryPrimitives.WriteUInt64LittleEndian(this[4..12], value);
    }

    // Add ring.

    /// <summary>Bit 0: the ring leads from client to server.</summary>
    internal ushort RingFlags { readonly get => Number16(2); set => Number16(2, value); }

    internal ushort RingIndex { readonly get => Number16(4); set => Number16(4, value); }

    internal ushort RingRegion { readonly get => Number16(6); set => Number16(6, value); }

    internal uint RingOffset { readonly get => Number32(8); set => Number32(8, value); }

    internal byte Log2RingSize { readonly get => this[12]; set => this[12] = value; }

    internal ushort PrivateHeaderBytes { readonly get => Number16(13); set => Number16(13, value); }

    // Disconnect.
    internal uint Code { readonly get => Number32(2); set => Number32(2, value); }

    /// <summary>The reason of a disconnect message.</summary>
    internal string Reason { readonly get => Text(6, ReasonBytes); set => Text(6, ReasonBytes, value); }

    /// <summary>Name of the program, in hello.</summary>
    internal string HelloName { readonly get => Text(2, NameBytes); set => Text(2, NameBytes, value); }

    /// <summary>Secret and name of the program, in initialize.</summary>
    internal string Secret { readonly get => Text(9, SecretBytes); set => Text(9, SecretBytes, value); }

    internal string InitName { readonly get => Text(33, NameBytes); set => Text(33, NameBytes, value); }

    /// <summary>Name of the interface, in connect and connected.</summary>
    internal string InterfaceName { readonly get => Text(2, NameBytes); set => Text(2, NameBytes, value); }

    private readonly ushort Number16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(this[at..(at + 2)]);

    private void Number16(int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(this[at..(at + 2)], value);

    private readonly uint Number32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(this[at..(at + 4)]);

    private void Number32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(this[at..(at + 4)], value);

    private readonly string Text(int at, int bytes)
    {
        ReadOnlySpan<byte> field = this[at..(at + bytes)];
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private void Text(int at, int bytes, string value)
    {
        Span<byte> field = this[at..(at + bytes)];
        field.Clear();
        byte[] encoded = Encoding.UTF8.GetBytes(value);
        encoded.AsSpan(0, Math.Min(encoded.Length, bytes - 1)).CopyTo(field);
    }
}
