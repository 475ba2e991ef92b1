using System.Runtime.InteropServices;
using PollMode.Drivers.AfXdp.Native;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Netlink;

/// <summary>
/// Holds an interface in promiscuous mode as a member on a packet socket (packet(7)): the kernel counts members and takes this one off when
/// the socket closes, even after a <c>kill -9</c>. Setting the flag on the interface would outlive a crash.
/// </summary>
internal sealed unsafe class PromiscuousMode : IDisposable
{
    private const int PACKET_ADD_MEMBERSHIP = 1;
    private const ushort PACKET_MR_PROMISC = 1;

    private readonly FileDescriptor _file;

    private PromiscuousMode(FileDescriptor file) => _file = file;

    /// <summary>Makes an interface of the caller's network namespace promiscuous.</summary>
    internal static PromiscuousMode Enter(int interfaceIndex)
    {
        // Protocol zero: the socket itself receives nothing.
        int number = LibC.Socket(LibC.AF_PACKET, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0);
        if (number < 0)
        {
            throw new LinuxException("open a packet socket for promiscuous mode", Marshal.GetLastPInvokeError(), "run with CAP_NET_RAW, or leave promiscuous=false");
        }

        var file = new FileDescriptor(number);

        // struct packet_mreq: index, type, address length, eight bytes of address.
        int* request = stackalloc int[4] { interfaceIndex, PACKET_MR_PROMISC, 0, 0 };
        if (LibC.SetSocketOption(number, LibC.SOL_PACKET, PACKET_ADD_MEMBERSHIP, request, 16) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            file.Dispose();
            throw new LinuxException("make the interface promiscuous", errno, "leave promiscuous=false");
        }

        return new PromiscuousMode(file);
    }

    public void Dispose() => _file.Dispose();
}
