using PollMode.Drivers.AfXdp.Native;

namespace PollMode.Drivers.AfXdp.Netlink;

/// <summary>
/// Hears that interfaces get or lose queues, as by <c>ethtool -L</c>. Each queue is an object of its own in the kernel, which announces such
/// objects (NETLINK_KOBJECT_UEVENT, lib/kobject_uevent.c); rtnetlink says nothing of it, and ethtool's netlink family tells only of what
/// was changed by way of it.
/// </summary>
internal sealed unsafe class QueueEvents : IDisposable
{
    private const int NETLINK_KOBJECT_UEVENT = 15;
    private const int KernelGroup = 1;
    private const int BufferBytes = 8 << 10;

    private readonly FileDescriptor _file;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);

    private QueueEvents(FileDescriptor file) => _file = file;

    /// <summary>The socket's number, to be polled.</summary>
    internal int Number => _file.Number;

    /// <summary>Listens in the caller's network namespace. Null where that is not to be had: changes are then noticed with the next news of the link.</summary>
    internal static QueueEvents? TryListen()
    {
        int number = LibC.Socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
        if (number < 0)
        {
            return null;
        }

        var file = new FileDescriptor(number);
        int* address = stackalloc int[3] { LibC.AF_NETLINK, 0, KernelGroup };
        if (LibC.Bind(number, address, 12) != 0)
        {
            file.Dispose();
            return null;
        }

        return new QueueEvents(file);
    }

    /// <summary>Reads all that waits. True if queues came or went, of whatever interface, or if something was missed.</summary>
    internal bool Hear()
    {
        bool heard = false;
        fixed (byte* buffer = _buffer)
        {
            nint length;
            while ((length = LibC.ReceiveFrom(Number, buffer, BufferBytes, LibC.MSG_DONTWAIT, null, null)) > 0)
            {
                heard |= _buffer.AsSpan(0, (int)length).IndexOf("\0SUBSYSTEM=queues\0"u8) >= 0;
            }
        }

        return heard || System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == Linux.Errno.ENOBUFS;
    }

    public void Dispose() => _file.Dispose();
}
