namespace PollMode;

/// <summary>
/// Makes an arena's memory known to a device that reads and writes it by itself: a VFIO container, a UMEM. A driver gives one to the arena
/// (<see cref="Arena.Attach"/>), which asks it to map every slab before the slab's first buffer is given, and to unmap it when its last
/// buffer has come home and before the memory goes back to the system. An arena without one makes no call: software ports need none.
/// </summary>
/// <remarks>
/// Addresses and lengths are multiples of 2 MiB, offsets those of the arena, so that a device whose address of the arena's first byte is
/// such a multiple, too, needs one translation for each slab; a page of 1 GiB is mapped as one. Nothing is mapped twice.
/// Calls come one at a time, under the arena's lock, from the thread that opens a port or makes a pool and from the slab supplier's: never
/// from a poll thread that has a supplier. They must not call the arena.
/// </remarks>
public interface IDmaMap : IDisposable
{
    /// <summary>Lets the device use memory. It is there already: touched, and bound to its node.</summary>
    /// <param name="offset">Where it starts in the arena: what <see cref="Packet.ArenaOffset"/> counts from.</param>
    /// <param name="address">Where it starts in the process.</param>
    /// <param name="bytes">How much of it.</param>
    /// <exception cref="PollModeException">The device cannot: the slab is not given, and <see cref="Arena.Report"/> says why.</exception>
    void Map(long offset, nint address, long bytes);

    /// <summary>Takes memory from the device, as it was mapped: whole. None of its buffers is out. Throws nothing.</summary>
    /// <param name="offset">Where it starts in the arena.</param>
    /// <param name="bytes">How much of it.</param>
    void Unmap(long offset, long bytes);
}
