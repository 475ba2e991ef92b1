using System.Runtime.InteropServices;

namespace PollMode.Drivers.Memif;

/// <summary>
/// Tells a peer by its eventfd that a ring has moved, and never waits for it. A plain write waits while the eventfd is full, unless it is in
/// non-blocking mode; a peer shares the eventfd, so it can fill it and take that mode away. The kernel itself has no such wait when it
/// announces that asynchronous input is done, so that is what it is asked to do: to read nothing from memory of ours, and say so there.
/// </summary>
/// <remarks>One queue's, whose worker alone uses it. Made at the first notice: most connections poll and need none.</remarks>
internal sealed unsafe class Announcer : IDisposable
{
    /// <summary>Completions that are left in the kernel before they are taken together.</summary>
    private const int Batch = 32;

    private nint _context;
    private int _nothing = -1;
    private AsyncRequest* _request;
    private int _completions;
    private bool _made;

    public void Dispose()
    {
        if (_context != 0)
        {
            _ = LibC.IoDestroy(_context);
            _context = 0;
        }

        if (_nothing >= 0)
        {
            _ = LibC.Close(_nothing);
            _nothing = -1;
        }

        NativeMemory.Free(_request);
        _request = null;
        _made = true;
    }

    /// <summary>Adds one to an eventfd.</summary>
    /// <returns>Notices sent: one or none.</returns>
    internal int Announce(int eventFd)
    {
        if (!_made)
        {
            Make();
        }

        if (_context == 0)
        {
            return Write(eventFd);
        }

        if (_completions == Batch)
        {
            byte* taken = stackalloc byte[Batch * AsyncRequest.CompletionBytes];
            _ = LibC.IoGetEvents(_context, 0, Batch, taken);
            _completions = 0;
        }

        _request->Notified = (uint)eventFd;
        AsyncRequest* request = _request;
        if (LibC.IoSubmit(_context, 1, &request) != 1)
        {
            return 0;
        }

        _completions++;
        return 1;
    }

    /// <summary>Where the kernel has no asynchronous input, or a container forbids it: the mode is set before each write.</summary>
    private static int Write(int eventFd)
    {
        _ = LibC.Fcntl(eventFd, LibC.F_SETFL, LibC.O_NONBLOCK);
        ulong one = 1;
        return LibC.Write(eventFd, &one, sizeof(ulong)) > 0 ? 1 : 0;
    }

    private void Make()
    {
        _made = true;
        fixed (byte* name = "pollmode-memif\0"u8)
        {
            _nothing = LibC.MemfdCreate(name, LibC.MFD_CLOEXEC);
        }

        nint context = 0;
        if (_nothing < 0 || LibC.IoSetup(Batch, &context) != 0)
        {
            return;
        }

        _request = (AsyncRequest*)NativeMemory.AllocZeroed((nuint)sizeof(AsyncRequest));
        _request->FileDescriptor = (uint)_nothing;
        _request->Flags = AsyncRequest.NotifyByEventFd;
        _context = context;
    }
}
