using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfPacket;

/// <summary><c>struct iovec</c> of writev(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    internal void* Base;
    internal nuint Length;

    internal IoVector(void* start, int length)
    {
        Base = start;
        Length = (nuint)length;
    }
}
