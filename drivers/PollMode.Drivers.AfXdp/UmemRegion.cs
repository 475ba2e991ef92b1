using PollMode.Drivers.AfXdp.Xsk;

namespace PollMode.Drivers.AfXdp;

/// <summary>
/// The arena as a UMEM. The kernel pins the range whole when a socket registers it, calls an address by its offset, and lets go when the
/// socket is closed: so there is nothing to do for a slab, but a slab that comes later cannot be used.
/// </summary>
internal sealed unsafe class UmemRegion : IDmaMap
{
    private readonly Arena _arena;
    private bool _isWhole;

    private UmemRegion(Arena arena) => _arena = arena;

    /// <summary>Size of each buffer in bytes.</summary>
    internal int BufferBytes => _arena.BufferBytes;

    /// <summary>Bytes of a buffer that a frame may fill.</summary>
    internal int RoomBytes => _arena.BufferBytes - Math.Max(SocketMaker.KernelHeadroom, _arena.HeadroomBytes);

    /// <summary>Fills the arena, for good, and attaches a region to it.</summary>
    /// <exception cref="PollModeException">The system cannot give that much memory.</exception>
    internal static UmemRegion Of(Arena arena)
    {
        arena.Fill();
        var region = new UmemRegion(arena);
        arena.Attach(region);
        region._isWhole = true;
        return region;
    }

    public void Map(long offset, nint address, long bytes)
    {
        if (_isWhole)
        {
            throw new PollModeException("a UMEM is pinned whole and takes no memory later");
        }
    }

    public void Unmap(long offset, long bytes)
    {
    }

    public void Dispose()
    {
    }

    /// <summary>What the kernel is told.</summary>
    internal XdpUmemRegistration Registration(AfXdpSettings settings) => new()
    {
        Address = (ulong)_arena.BaseAddress,
        Length = (ulong)_arena.LengthBytes,
        ChunkBytes = (uint)_arena.BufferBytes,
        Headroom = (uint)Math.Max(0, _arena.HeadroomBytes - SocketMaker.KernelHeadroom),
        Flags = (settings.Unaligned ? XdpUmemRegistration.Unaligned : 0) | (settings.TxMetadata ? XdpUmemRegistration.HasTxMetadata : 0),
        TxMetadataBytes = settings.TxMetadata ? XskTxMetadata.Bytes : 0u,
    };
}
