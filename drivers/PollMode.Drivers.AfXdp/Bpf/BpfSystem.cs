using System.Runtime.InteropServices;
using System.Text;
using PollMode.Drivers.AfXdp.Native;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Bpf;

/// <summary>The bpf(2) call, and what its error numbers mean to a user.</summary>
internal static unsafe class BpfSystem
{
    /// <summary>Calls bpf(2). The error number is left for <see cref="Marshal.GetLastPInvokeError"/>.</summary>
    internal static int Call(BpfCommand command, void* attributes, uint size)
    {
        int result;
        do
        {
            // The verifier gives EAGAIN when a signal hit it; the runtime's own signals do so to large programs.
            result = LibC.Bpf((int)command, attributes, size);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Errno.EAGAIN);
        return result;
    }

    /// <summary>What a user can do about an error number of bpf(2).</summary>
    internal static string Remedy(int errno) => errno switch
    {
        Errno.EPERM => "run with CAP_BPF and CAP_NET_ADMIN, or hand in a map made by somebody who has them (map_fd=...)",
        Errno.ENOMEM => "free memory, or raise 'ulimit -l' on kernels before 5.11",
        Errno.ENOSYS => "use a kernel built with CONFIG_BPF_SYSCALL",
        Errno.EINVAL => "use a kernel of at least 5.9, built with CONFIG_XDP_SOCKETS",
        Errno.EBADF => "hand in the number of an open file",
        88 => "hand in the number of an XDP socket",
        _ => "look at the kernel's log",
    };

    /// <summary>Opens a kernel object by its number; gives null with the error number left behind.</summary>
    internal static FileDescriptor? TryOpenById(BpfCommand command, uint id)
    {
        var attributes = new BpfAttributes.ObjectId { Id = id };
        int number = Call(command, &attributes, (uint)sizeof(BpfAttributes.ObjectId));
        return number >= 0 ? new FileDescriptor(number) : null;
    }

    /// <summary>Asks the kernel about an object.</summary>
    internal static bool TryGetInfo(int number, void* info, int bytes)
    {
        var attributes = new BpfAttributes.ObjectInfo { Fd = (uint)number, InfoLength = (uint)bytes, Info = (ulong)info };
        return Call(BpfCommand.ObjectGetInfo, &attributes, (uint)sizeof(BpfAttributes.ObjectInfo)) == 0;
    }

    /// <summary>Writes a name into a kernel struct, cut to what fits.</summary>
    internal static void CopyName(string name, byte* destination)
    {
        for (int i = 0; i < Math.Min(name.Length, BpfAttributes.NameBytes - 1); i++)
        {
            destination[i] = (byte)name[i];
        }
    }

    /// <summary>Reads a name from a kernel struct.</summary>
    internal static string ReadName(byte* name)
    {
        var text = new ReadOnlySpan<byte>(name, BpfAttributes.NameBytes);
        int end = text.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? text : text[..end]);
    }
}
