using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode.Drivers.Memif;

/// <summary>One end of a control connection: whole messages over a SOCK_SEQPACKET socket, some with a file descriptor.</summary>
internal sealed unsafe class ControlChannel : IDisposable
{
    /// <summary>CMSG_SPACE of one descriptor, to send.</summary>
    private const int ControlBytes = 24;

    /// <summary>CMSG_SPACE of as many as a message can have (SCM_MAX_FD, 253): those without room the kernel would close within the call.</summary>
    private const int MostControlBytes = 1032;
    private const int ControlHeaderBytes = 16;
    private const int AddressBytes = 110;

    /// <summary>EADDRINUSE of asm-generic/errno.h.</summary>
    private const int AddressInUse = 98;

    /// <summary>EMFILE of asm-generic/errno-base.h.</summary>
    private const int TooManyFiles = 24;

    /// <summary>ECONNREFUSED of asm-generic/errno.h: nobody listens.</summary>
    internal const int ConnectionRefused = 111;

    /// <summary>EPROTOTYPE of asm-generic/errno.h: the socket there is of another type.</summary>
    internal const int WrongType = 91;

    private readonly Discards _discards;
    private bool _isListening;
    private int _socket;

    private ControlChannel(int socket, Discards discards)
    {
        _socket = socket;
        _discards = discards;
    }

    internal int Socket => _socket;

    public void Dispose()
    {
        int socket = Interlocked.Exchange(ref _socket, -1);
        if (socket < 0)
        {
            return;
        }

        if (!_isListening)
        {
            // The peer is to know at once. What it has sent, and nobody received, is closed with the socket.
            _ = LibC.Shutdown(socket, LibC.SHUT_RDWR);
            _discards.Close(socket);
            return;
        }

        // The name is free when this returns, so the close is this thread's; what connections bring that wait to be accepted is not.
        _ = LibC.Shutdown(socket, LibC.SHUT_RD);
        for (int waiting; (waiting = LibC.Accept(socket, null, null, LibC.SOCK_CLOEXEC)) >= 0;)
        {
            _discards.Close(waiting);
        }

        _ = LibC.Close(socket);
    }

    /// <summary>Lets go of a descriptor that came with a message. Takes it.</summary>
    internal void Discard(int descriptor) => _discards.Close(descriptor);

    /// <summary>Connects to a server. Does not wait for one that listens and does not accept.</summary>
    /// <param name="name">The server's socket.</param>
    /// <param name="discards">Where its connection's descriptors go.</param>
    /// <param name="errno">Why not; zero for success.</param>
    /// <returns>Null if nobody listens, or the server has too many waiting.</returns>
    internal static ControlChannel? TryConnect(SocketName name, Discards discards, out int errno)
    {
        errno = 0;
        int socket = LibC.Socket(LibC.AF_UNIX, LibC.SOCK_SEQPACKET | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, 0);
        if (socket < 0)
        {
            errno = Marshal.GetLastPInvokeError();
            return null;
        }

        byte* address = stackalloc byte[AddressBytes];
        if (LibC.Connect(socket, address, name.WriteTo(new Span<byte>(address, AddressBytes))) == 0)
        {
            return new ControlChannel(socket, discards);
        }

        errno = Marshal.GetLastPInvokeError();
        _ = LibC.Close(socket);
        return null;
    }

    /// <summary>Listens for clients. A socket file that a dead server left is replaced.</summary>
    /// <exception cref="LinuxException">The address is in use or cannot be made.</exception>
    internal static ControlChannel Listen(SocketName name, Discards discards)
    {
        int socket = LibC.Socket(LibC.AF_UNIX, LibC.SOCK_SEQPACKET | LibC.SOCK_CLOEXEC, 0);
        byte* address = stackalloc byte[AddressBytes];
        uint bytes = name.WriteTo(new Span<byte>(address, AddressBytes));
        int errno = TryBind(socket, address, bytes);
        if (errno == AddressInUse && !name.IsAbstract && IsStale(name))
        {
            name.Delete();
            errno = TryBind(socket, address, bytes);
        }

        if (errno == 0)
        {
            return new ControlChannel(socket, discards) { _isListening = true };
        }

        _ = LibC.Close(socket);
        throw new LinuxException($"listen on the memif socket '{name}'", errno, errno switch
        {
            AddressInUse => "another server listens there; stop it, or choose another socket",
            Errno.ENOENT => "create the directory first, or use an abstract socket: socket=@name",
            Errno.EACCES => "choose a directory that this user may write to",
            TooManyFiles => "raise 'ulimit -n'",
            _ => "choose another socket",
        });
    }

    /// <summary>Takes a waiting connection.</summary>
    internal ControlChannel? TryAccept()
    {
        int accepted = LibC.Accept(_socket, null, null, LibC.SOCK_CLOEXEC);
        return accepted < 0 ? null : new ControlChannel(accepted, _discards);
    }

    /// <summary>Waits until the socket has something, or the wake descriptor does.</summary>
    /// <returns>Whether it is the socket; false after the time as well.</returns>
    internal bool WaitReadable(int wake, int timeoutMilliseconds, out bool woken)
    {
        PollRequest* requests = stackalloc PollRequest[2];
        requests[0] = new PollRequest { FileDescriptor = _socket, Events = LibC.POLLIN };
        requests[1] = new PollRequest { FileDescriptor = wake, Events = LibC.POLLIN };
        int ready = LibC.Poll(requests, 2, timeoutMilliseconds);
        woken = ready > 0 && requests[1].Returned != 0;
        return ready > 0 && requests[0].Returned != 0;
    }

    /// <summary>Sends a message, with a descriptor that stays the caller's.</summary>
    /// <returns>False if the connection is broken or the other side does not read.</returns>
    internal bool TrySend(in ControlMessage message, int descriptor = -1)
    {
        byte* control = stackalloc byte[ControlBytes];
        fixed (ControlMessage* bytes = &message)
        {
            var vector = new IoVector(bytes, ControlMessage.Bytes);
            MessageHeader header = default;
            header.Vectors = &vector;
            header.VectorCount = 1;
            if (descriptor >= 0)
            {
                *(nuint*)control = ControlHeaderBytes + sizeof(int);
                *(int*)(control + 8) = LibC.SOL_SOCKET;
                *(int*)(control + 12) = LibC.SCM_RIGHTS;
                *(int*)(control + ControlHeaderBytes) = descriptor;
                *(int*)(control + ControlHeaderBytes + 4) = 0;
                header.Control = control;
                header.ControlBytes = ControlBytes;
            }

            return LibC.SendMessage(_socket, &header, LibC.MSG_DONTWAIT | LibC.MSG_NOSIGNAL) == ControlMessage.Bytes;
        }
    }

    /// <summary>Receives a message that waits, and the descriptor that came with it, which the caller then owns.</summary>
    /// <returns>False if the connection has ended or what came is no message.</returns>
    internal bool TryReceive(out ControlMessage message, out int descriptor)
    {
        message = default;
        descriptor = -1;
        byte* control = stackalloc byte[MostControlBytes];
        nint received;
        nuint controlBytes;
        fixed (ControlMessage* bytes = &message)
        {
            var vector = new IoVector(bytes, ControlMessage.Bytes);
            MessageHeader header = default;
            header.Vectors = &vector;
            header.VectorCount = 1;
            header.Control = control;
            header.ControlBytes = MostControlBytes;
            received = LibC.ReceiveMessage(_socket, &header, LibC.MSG_DONTWAIT | LibC.MSG_CMSG_CLOEXEC);
            controlBytes = header.ControlBytes;
        }

        if (received >= 0 && controlBytes >= ControlHeaderBytes + sizeof(int) && *(int*)(control + 8) == LibC.SOL_SOCKET && *(int*)(control + 12) == LibC.SCM_RIGHTS)
        {
            int count = (int)Math.Min(*(nuint*)control - ControlHeaderBytes, MostControlBytes - ControlHeaderBytes) / sizeof(int);
            if (count == 1 && received == ControlMessage.Bytes)
            {
                descriptor = *(int*)(control + ControlHeaderBytes);
                return true;
            }

            // Nobody asked for more than one, or for any without a message: what a peer slips in must not stay open, and is its last.
            for (int i = 0; i < count; i++)
            {
                _discards.Close(*(int*)(control + ControlHeaderBytes + (i * sizeof(int))));
            }

            return false;
        }

        return received == ControlMessage.Bytes;
    }

    /// <summary>Binds and listens; gives the errno, zero for success.</summary>
    private static int TryBind(int socket, byte* address, uint bytes) =>
        socket >= 0 && LibC.Bind(socket, address, bytes) == 0 && LibC.Listen(socket, 16) == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static bool IsStale(SocketName name)
    {
        using ControlChannel? other = TryConnect(name, new Discards(), out int errno);
        return errno == ConnectionRefused && name.IsSocketFile;
    }
}
