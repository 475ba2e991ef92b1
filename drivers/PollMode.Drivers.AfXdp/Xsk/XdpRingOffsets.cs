using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp.Xsk;

/// <summary><c>struct xdp_mmap_offsets</c> of linux/if_xdp.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct XdpRingOffsets
{
    internal XdpRingOffset Rx;
    internal XdpRingOffset Tx;
    internal XdpRingOffset Fill;
    internal XdpRingOffset Completion;
}
