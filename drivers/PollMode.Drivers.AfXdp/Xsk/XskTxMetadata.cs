using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp.Xsk;

/// <summary>
/// <c>struct xsk_tx_metadata</c> of linux/if_xdp.h, right in front of a frame's first byte. The time at which the frame left is written over
/// the checksum request, so it is written anew for each frame.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct XskTxMetadata
{
    internal const int Bytes = 24;

    /// <summary>XDP_TXMD_FLAGS_TIMESTAMP.</summary>
    internal const ulong WantsTimestamp = 1 << 0;

    /// <summary>XDP_TXMD_FLAGS_CHECKSUM.</summary>
    internal const ulong WantsChecksum = 1 << 1;

    [FieldOffset(0)] internal ulong Flags;
    [FieldOffset(8)] internal ushort ChecksumStart;
    [FieldOffset(10)] internal ushort ChecksumOffset;
    [FieldOffset(16)] internal ulong LaunchTime;

    /// <summary>Nanoseconds of CLOCK_TAI, after completion.</summary>
    [FieldOffset(8)] internal ulong Timestamp;
}
