using System.Runtime.InteropServices;
using System.Text;

namespace PollMode.Linux;

/// <summary><c>struct ifreq</c> of 64-bit Linux (linux/if.h): an interface's name, and a union of which drivers use these members.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public unsafe struct InterfaceRequest
{
    /// <summary>Size of the structure.</summary>
    public const int Bytes = 40;

    /// <summary>Size of a name, its terminating zero included (IFNAMSIZ).</summary>
    public const int NameBytes = 16;

    /// <summary>The interface's name in ASCII, ended by a zero.</summary>
    [FieldOffset(0)] public fixed byte Name[NameBytes];

    /// <summary>Interface flags, or those of TUNSETIFF.</summary>
    [FieldOffset(16)] public short Flags;

    /// <summary>Index or MTU.</summary>
    [FieldOffset(16)] public int Number;

    /// <summary>Address family of a hardware address: what kind of interface it is of.</summary>
    [FieldOffset(16)] public short Family;

    /// <summary>Whatever the kernel put behind the name, as far as drivers here use it.</summary>
    [FieldOffset(16)] public ulong Value;

    /// <summary>The six bytes of an Ethernet address.</summary>
    [FieldOffset(18)] public fixed byte Address[6];

    /// <summary>A request that names an interface and asks for nothing yet.</summary>
    public static InterfaceRequest For(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        InterfaceRequest request = default;
        for (int i = 0; i < name.Length && i < NameBytes - 1; i++)
        {
            request.Name[i] = (byte)name[i];
        }

        return request;
    }

    /// <summary>The name, as the kernel filled it in.</summary>
    public readonly string ReadName()
    {
        fixed (byte* name = Name)
        {
            int end = new ReadOnlySpan<byte>(name, NameBytes).IndexOf((byte)0);
            return Encoding.ASCII.GetString(name, end >= 0 ? end : NameBytes);
        }
    }
}
