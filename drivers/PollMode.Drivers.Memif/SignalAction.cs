using System.Runtime.InteropServices;

namespace PollMode.Drivers.Memif;

/// <summary><c>struct sigaction</c> of the C library on x86-64 (signal.h): which handler a signal has.</summary>
[StructLayout(LayoutKind.Explicit, Size = 152)]
internal struct SignalAction
{
    /// <summary>The handler's address; zero for the default action, one to ignore the signal.</summary>
    [FieldOffset(0)] internal nint Handler;
    [FieldOffset(136)] internal int Flags;
}
