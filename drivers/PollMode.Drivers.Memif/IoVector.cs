using System.Runtime.InteropServices;

namespace PollMode.Drivers.Memif;

/// <summary><c>struct iovec</c> of sendmsg(2) and process_vm_readv(2).</summary>
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
