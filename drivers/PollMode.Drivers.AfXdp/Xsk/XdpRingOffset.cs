using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp.Xsk;

/// <summary><c>struct xdp_ring_offset</c> of linux/if_xdp.h: where a ring's parts lie in its mapping.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct XdpRingOffset
{
    internal ulong Producer;
    internal ulong Consumer;
    internal ulong Entries;
    internal ulong Flags;
}
