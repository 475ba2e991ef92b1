using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp.Native;

/// <summary><c>struct pollfd</c> of poll(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    internal const short POLLIN = 0x1;
    internal const short POLLERR = 0x8;

    internal int FileDescriptor;
    internal short Events;
    internal short ReturnedEvents;
}
