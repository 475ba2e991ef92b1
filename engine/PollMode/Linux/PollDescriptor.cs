using System.Runtime.InteropServices;

namespace PollMode.Linux;

/// <summary><c>struct pollfd</c> of poll(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    internal const short POLLIN = 0x1;

    internal int FileDescriptor;
    internal short Events;
    internal short ReturnedEvents;
}
