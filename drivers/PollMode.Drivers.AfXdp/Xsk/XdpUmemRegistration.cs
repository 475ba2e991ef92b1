using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp.Xsk;

/// <summary><c>struct xdp_umem_reg</c> of linux/if_xdp.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct XdpUmemRegistration
{
    /// <summary>XDP_UMEM_UNALIGNED_CHUNK_FLAG.</summary>
    internal const uint Unaligned = 1 << 0;

    /// <summary>XDP_UMEM_TX_METADATA_LEN.</summary>
    internal const uint HasTxMetadata = 1 << 2;

    internal ulong Address;
    internal ulong Length;
    internal uint ChunkBytes;
    internal uint Headroom;
    internal uint Flags;
    internal uint TxMetadataBytes;
}
