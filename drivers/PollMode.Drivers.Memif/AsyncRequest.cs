using System.Runtime.InteropServices;

namespace PollMode.Drivers.Memif;

/// <summary><c>struct iocb</c> of linux/aio_abi.h: of zeros, it asks for no bytes to be read.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct AsyncRequest
{
    /// <summary>IOCB_FLAG_RESFD.</summary>
    internal const uint NotifyByEventFd = 1;

    /// <summary>Of <c>struct io_event</c>.</summary>
    internal const int CompletionBytes = 32;

    [FieldOffset(20)] internal uint FileDescriptor;
    [FieldOffset(56)] internal uint Flags;
    [FieldOffset(60)] internal uint Notified;
}
