using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp.Xsk;

/// <summary><c>struct xdp_desc</c> of linux/if_xdp.h: one buffer of a frame in the RX or TX ring.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct XdpDescriptor
{
    /// <summary>XDP_PKT_CONTD: the frame goes on in the next descriptor.</summary>
    internal const uint Continued = 1 << 0;

    /// <summary>XDP_TX_METADATA: a <see cref="XskTxMetadata"/> lies in front of the frame.</summary>
    internal const uint HasMetadata = 1 << 1;

    /// <summary>Offset in the UMEM; in unaligned mode the high 16 bits are added to the low 48.</summary>
    internal ulong Address;

    internal uint Length;

    internal uint Options;
}
