using System.Runtime.InteropServices;

namespace PollMode.Linux;

/// <summary>struct rusage of linux/resource.h on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
internal struct ResourceUsage
{
    /// <summary>Page faults served without reading anything from a disk.</summary>
    [FieldOffset(64)] internal long MinorFaults;

    /// <summary>Page faults that had to wait for a disk.</summary>
    [FieldOffset(72)] internal long MajorFaults;

    /// <summary>Times that the scheduler took the CPU away.</summary>
    [FieldOffset(136)] internal long InvoluntarySwitches;
}
