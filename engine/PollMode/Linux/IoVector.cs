using System.Runtime.InteropServices;

namespace PollMode.Linux;

/// <summary><c>struct iovec</c> (linux/uio.h): a piece of memory for the system calls that gather and scatter.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct IoVector
{
    /// <summary>First byte of the piece.</summary>
    public void* Base;

    /// <summary>Bytes of the piece.</summary>
    public nuint Length;

    /// <summary>Names a piece of memory.</summary>
    /// <param name="start">Its first byte. Borrowed until the system call has returned.</param>
    /// <param name="length">Its bytes.</param>
    public IoVector(void* start, int length)
    {
        Base = start;
        Length = (nuint)length;
    }
}
