using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode.Drivers.Memif;

/// <summary>
/// The descriptor that a worker blocks on in interrupt mode. It must exist before there is a connection and outlive it, so it is an epoll
/// that watches the eventfd of the current ring.
/// </summary>
/// <remarks>
/// The eventfd itself is never read, since a peer, who shares it, could make us wait for that. It is watched for edges: each notice makes
/// the epoll readable, and taking the epoll's event, which waits for nothing, makes it quiet until the next.
/// </remarks>
internal sealed unsafe class Notices : IDisposable
{
    private int _epoll;

    /// <summary>Makes it.</summary>
    /// <exception cref="LinuxException">There are no descriptors left.</exception>
    internal Notices(bool wanted)
    {
        _epoll = wanted ? LibC.EpollCreate(LibC.EPOLL_CLOEXEC) : -1;
        if (wanted && _epoll < 0)
        {
            throw new LinuxException("create an epoll", Marshal.GetLastPInvokeError(), "raise 'ulimit -n'");
        }
    }

    /// <summary>The descriptor; -1 in polling mode.</summary>
    internal int Descriptor => _epoll;

    internal bool IsWanted => _epoll >= 0;

    public void Dispose()
    {
        int epoll = Interlocked.Exchange(ref _epoll, -1);
        if (epoll >= 0)
        {
            _ = LibC.Close(epoll);
        }
    }

    /// <summary>Watches a ring, and tells its other side whether to announce frames.</summary>
    internal void Watch(Ring ring)
    {
        ring.Flags = IsWanted ? (ushort)0 : Ring.MaskInterrupt;
        if (IsWanted)
        {
            // struct epoll_event is packed on x86-64: four bytes of events, eight of data. On Arm64 the data is aligned; neither is read back.
            ulong* request = stackalloc ulong[2];
            request[0] = LibC.EPOLLIN | LibC.EPOLLET;
            _ = LibC.EpollControl(_epoll, LibC.EPOLL_CTL_ADD, ring.EventFd, request);
        }
    }

    /// <summary>Takes the other side's notices.</summary>
    internal void Take()
    {
        ulong* taken = stackalloc ulong[2];
        _ = LibC.EpollWait(_epoll, taken, 1, 0);
    }

    internal void Forget(Ring ring)
    {
        if (IsWanted)
        {
            ulong* request = stackalloc ulong[2];
            _ = LibC.EpollControl(_epoll, LibC.EPOLL_CTL_DEL, ring.EventFd, request);
        }
    }
}
