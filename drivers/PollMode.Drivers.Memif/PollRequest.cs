using System.Runtime.InteropServices;

namespace PollMode.Drivers.Memif;

/// <summary><c>struct pollfd</c> of poll(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollRequest
{
    internal int FileDescriptor;
    internal short Events;
    internal short Returned;
}
