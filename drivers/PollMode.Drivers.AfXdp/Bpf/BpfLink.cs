using System.Runtime.InteropServices;
using PollMode.Drivers.AfXdp.Native;

namespace PollMode.Drivers.AfXdp.Bpf;

/// <summary>
/// An XDP program's hold on an interface. The kernel ends it when the last file descriptor is closed, however the process ends: nothing is
/// left attached after a <c>kill -9</c>.
/// </summary>
internal sealed unsafe class BpfLink : IDisposable
{
    /// <summary>XDP_FLAGS_SKB_MODE: generic, after the kernel made an skb.</summary>
    internal const uint Generic = 1 << 1;

    /// <summary>XDP_FLAGS_DRV_MODE: native, in the device's driver.</summary>
    internal const uint NativeMode = 1 << 2;

    private const uint LinkTypeXdp = 6;

    private readonly FileDescriptor _file;

    private BpfLink(FileDescriptor file) => _file = file;

    /// <summary>Attaches a program, in the caller's network namespace.</summary>
    /// <param name="program">The program.</param>
    /// <param name="interfaceIndex">The interface's index.</param>
    /// <param name="flags"><see cref="NativeMode"/>, <see cref="Generic"/>, or zero for the kernel's choice.</param>
    /// <param name="errno">The error number, or zero.</param>
    /// <returns>The link, or null.</returns>
    internal static BpfLink? TryAttach(BpfProgram program, int interfaceIndex, uint flags, out int errno)
    {
        var attributes = new BpfAttributes.LinkCreate
        {
            ProgramFd = (uint)program.Number,
            InterfaceIndex = (uint)interfaceIndex,
            AttachType = BpfProgram.AttachTypeXdp,
            Flags = flags,
        };
        int number = BpfSystem.Call(BpfCommand.LinkCreate, &attributes, (uint)sizeof(BpfAttributes.LinkCreate));
        errno = number >= 0 ? 0 : Marshal.GetLastPInvokeError();
        return number >= 0 ? new BpfLink(new FileDescriptor(number)) : null;
    }

    /// <summary>Forces somebody's link off an interface, if it is a link that holds it.</summary>
    /// <returns>True if a link was detached.</returns>
    internal static bool DetachForeign(int interfaceIndex)
    {
        bool detached = false;
        var next = new BpfAttributes.ObjectId();
        while (BpfSystem.Call(BpfCommand.LinkGetNextId, &next, (uint)sizeof(BpfAttributes.ObjectId)) == 0)
        {
            using FileDescriptor? file = BpfSystem.TryOpenById(BpfCommand.LinkGetById, next.NextId);
            BpfAttributes.LinkInfo info = default;
            if (file != null
                && BpfSystem.TryGetInfo(file.Number, &info, sizeof(BpfAttributes.LinkInfo))
                && info.Type == LinkTypeXdp
                && info.InterfaceIndex == (uint)interfaceIndex)
            {
                detached |= TryDetach(file.Number);
            }

            next.Id = next.NextId;
        }

        return detached;
    }

    /// <summary>Takes the program off the interface at once. Closing does so too, but only when no other process holds the link.</summary>
    internal bool Detach() => TryDetach(_file.Number);

    /// <summary>Detaches and closes.</summary>
    public void Dispose()
    {
        if (!_file.IsClosed)
        {
            _ = Detach();
            _file.Dispose();
        }
    }

    private static bool TryDetach(int number)
    {
        var attributes = new BpfAttributes.LinkDetach { LinkFd = (uint)number };
        return BpfSystem.Call(BpfCommand.LinkDetach, &attributes, (uint)sizeof(BpfAttributes.LinkDetach)) == 0;
    }
}
