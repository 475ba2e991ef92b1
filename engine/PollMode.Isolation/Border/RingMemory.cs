using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode.Isolation;

/// <summary>
/// The memory that the rings between app and data plane are made in: a memfd that both sides map piece by piece, be they one process or two.
/// The data plane makes rings behind each other; the app maps those that it opens. What is made is freed when both have closed.
/// </summary>
internal sealed unsafe class RingMemory : IDisposable
{
    private const int PageBytes = 4096;

    private readonly bool _isOwner;
    private readonly List<(nint Address, long Bytes)> _mapped = [];
    private long _end;

    private RingMemory(int descriptor, bool isOwner)
    {
        Descriptor = descriptor;
        _isOwner = isOwner;
    }

    /// <summary>The memfd.</summary>
    internal int Descriptor { get; private set; }

    public void Dispose()
    {
        foreach ((nint address, long bytes) in _mapped)
        {
            _ = LibC.Munmap(address, (nuint)bytes);
        }

        _mapped.Clear();
        if (_isOwner && Descriptor >= 0)
        {
            _ = LibC.Close(Descriptor);
            Descriptor = -1;
        }
    }

    /// <summary>The app's side makes the memory, of no size yet.</summary>
    internal static RingMemory Create()
    {
        int descriptor;
        fixed (byte* name = "pollmode-rings\0"u8)
        {
            descriptor = LibC.MemfdCreate(name, LibC.MFD_CLOEXEC);
        }

        return descriptor >= 0
            ? new RingMemory(descriptor, isOwner: true)
            : throw new LinuxException("make shared memory (memfd_create)", Marshal.GetLastPInvokeError(), "allow the process more open files ('ulimit -n') and memory");
    }

    /// <summary>The data plane's side is told which it is.</summary>
    internal static RingMemory At(int descriptor) => new(descriptor, isOwner: false);

    /// <summary>Lets a process that is started now inherit the memory, or not.</summary>
    internal void SetInherited(bool inherited) => _ = LibC.Fcntl(Descriptor, LibC.F_SETFD, inherited ? 0 : LibC.FD_CLOEXEC);

    /// <summary>Makes a ring behind those that there are. Data plane only.</summary>
    /// <param name="bytes">Bytes that it shall hold, rounded up to a power of two.</param>
    /// <param name="ring">The ring, with its pages present.</param>
    internal RingPlace Make(int bytes, out FrameRing ring)
    {
        long capacity = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(bytes, PageBytes));
        var place = new RingPlace(_end, FrameRing.HeaderBytes + capacity);
        if (LibC.Ftruncate(Descriptor, place.Offset + place.Bytes) != 0)
        {
            throw Failed(place);
        }

        ring = Map(place);
        ring.Clear(capacity);
        _end += place.Bytes;
        return place;
    }

    /// <summary>Maps a ring that the other side made.</summary>
    internal FrameRing Map(RingPlace place)
    {
        nint address = LibC.Mmap(0, (nuint)place.Bytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | LibC.MAP_POPULATE, Descriptor, place.Offset);
        if (address == LibC.MAP_FAILED)
        {
            throw Failed(place);
        }

        _mapped.Add((address, place.Bytes));
        return new FrameRing(address);
    }

    private static LinuxException Failed(RingPlace place) =>
        new($"take {place.Bytes >> 10} KiB of shared memory for a ring", Marshal.GetLastPInvokeError(), "free memory, or make the rings of taps and app ports smaller");
}
