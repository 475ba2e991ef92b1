using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode.Drivers.Memif;

/// <summary><c>struct msghdr</c> of 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    internal void* Name;
    internal uint NameBytes;
    internal IoVector* Vectors;
    internal nuint VectorCount;
    internal void* Control;
    internal nuint ControlBytes;
    internal int Flags;
}
