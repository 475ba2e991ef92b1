using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode.Drivers.AfPacket;

/// <summary>What is asked of an interface by ioctl. The socket keeps to the network namespace it was made in.</summary>
internal sealed unsafe class NetworkInterface : IDisposable
{
    /// <summary>ARPHRD_ETHER and ARPHRD_LOOPBACK of linux/if_arp.h.</summary>
    private const short EthernetKind = 1;
    private const short LoopbackKind = 772;

    private readonly int _socket;
    private volatile bool _gone;
    private volatile int _mtu;

    /// <summary>Looks an interface up in the calling thread's network namespace.</summary>
    /// <exception cref="LinuxException">There is none of that name.</exception>
    internal NetworkInterface(string name)
    {
        Name = name;
        _socket = LibC.Socket(LibC.AF_INET, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        if (_socket < 0)
        {
            throw new LinuxException("open a socket to look at interfaces", Marshal.GetLastPInvokeError(), "raise 'ulimit -n'");
        }

        InterfaceRequest request = InterfaceRequest.For(name);
        if (LibC.Ioctl(_socket, LibC.SIOCGIFINDEX, &request) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            Dispose();
            throw new LinuxException($"find the interface '{name}'", errno, "name one that 'ip link' lists, and its network namespace with netns=");
        }

        Index = request.Number;
        request = InterfaceRequest.For(name);
        _mtu = LibC.Ioctl(_socket, LibC.SIOCGIFMTU, &request) == 0 ? request.Number : 1500;
        request = InterfaceRequest.For(name);
        if (LibC.Ioctl(_socket, LibC.SIOCGIFHWADDR, &request) == 0)
        {
            if (request.Family is not (EthernetKind or LoopbackKind))
            {
                Dispose();
                throw new PollModeException($"The interface '{name}' is of kind {request.Family} and carries no Ethernet frames; name an Ethernet interface.");
            }

            for (int i = 0; i < 6; i++)
            {
                MacAddress = (MacAddress << 8) | request.Address[i];
            }
        }

        Drops = new InterfaceDrops(name);
    }

    internal string Name { get; }

    internal int Index { get; }

    /// <summary>Longest packet in bytes, without link-layer header; as it was when <see cref="Link"/> was read last.</summary>
    internal int Mtu => _mtu;

    internal ulong MacAddress { get; }

    /// <summary>What the interface lost beyond the reach of packet sockets, since this was made.</summary>
    internal InterfaceDrops? Drops { get; }

    /// <summary>True once the interface was seen to be gone: another one of the same name has another index.</summary>
    internal bool IsGone => _gone;

    internal LinkState Link
    {
        get
        {
            InterfaceRequest request = InterfaceRequest.For(Name);
            if (_gone || LibC.Ioctl(_socket, LibC.SIOCGIFINDEX, &request) != 0 || request.Number != Index)
            {
                _gone = true;
                return LinkState.Gone;
            }

            request = InterfaceRequest.For(Name);
            _mtu = LibC.Ioctl(_socket, LibC.SIOCGIFMTU, &request) == 0 ? request.Number : _mtu;
            request = InterfaceRequest.For(Name);
            bool up = LibC.Ioctl(_socket, LibC.SIOCGIFFLAGS, &request) == 0
                && (request.Flags & (LibC.IFF_UP | LibC.IFF_RUNNING)) == (LibC.IFF_UP | LibC.IFF_RUNNING);
            return up ? LinkState.Up : LinkState.Down;
        }
    }

    public void Dispose()
    {
        _gone = true;
        Drops?.Dispose();
        _ = LibC.Close(_socket);
    }
}
