using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfPacket;

/// <summary><c>struct ifreq</c> of 64-bit Linux (linux/if.h): a name, and a union of which a port uses four members.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal unsafe struct InterfaceRequest
{
    internal const int Bytes = 40;
    internal const int NameBytes = 16;

    [FieldOffset(0)] internal fixed byte Name[NameBytes];
    [FieldOffset(16)] internal short Flags;

    /// <summary>Index or MTU.</summary>
    [FieldOffset(16)] internal int Number;

    /// <summary>What kind of interface an address is of.</summary>
    [FieldOffset(16)] internal short Family;

    /// <summary>The six bytes of an Ethernet address.</summary>
    [FieldOffset(18)] internal fixed byte Address[6];

    internal static InterfaceRequest For(string name)
    {
        InterfaceRequest request = default;
        for (int i = 0; i < name.Length && i < NameBytes - 1; i++)
        {
            request.Name[i] = (byte)name[i];
        }

        return request;
    }
}
