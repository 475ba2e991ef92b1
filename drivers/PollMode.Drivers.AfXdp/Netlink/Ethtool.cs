using System.Runtime.InteropServices;
using System.Text;
using PollMode.Drivers.AfXdp.Native;

namespace PollMode.Drivers.AfXdp.Netlink;

/// <summary>The three questions of ethtool(8) that the driver asks, by its ioctl (linux/ethtool.h), in the caller's network namespace.</summary>
internal static unsafe class Ethtool
{
    private const nuint SIOCETHTOOL = 0x8946;
    private const uint ETHTOOL_GDRVINFO = 0x03;
    private const uint ETHTOOL_GFLAGS = 0x25;
    private const uint ETHTOOL_GCHANNELS = 0x3c;
    private const uint ETH_FLAG_RXVLAN = 1 << 8;

    /// <summary>Receive queues in use; zero if the device does not tell.</summary>
    internal static int ActiveRxQueues(string name)
    {
        // struct ethtool_channels: cmd, four maxima, then rx, tx, other and combined counts.
        uint* channels = stackalloc uint[9];
        new Span<uint>(channels, 9).Clear();
        channels[0] = ETHTOOL_GCHANNELS;
        return Ask(name, channels) ? (int)(channels[5] + channels[8]) : 0;
    }

    /// <summary>Whether the device takes VLAN tags out of received frames before XDP sees them; null if it does not tell.</summary>
    internal static bool? StripsVlan(string name)
    {
        uint* value = stackalloc uint[2] { ETHTOOL_GFLAGS, 0 };
        return Ask(name, value) ? (value[1] & ETH_FLAG_RXVLAN) != 0 : null;
    }

    /// <summary>Name of the kernel's driver of the device; empty if it does not tell.</summary>
    internal static string DriverName(string name)
    {
        byte* info = stackalloc byte[196];
        new Span<byte>(info, 196).Clear();
        *(uint*)info = ETHTOOL_GDRVINFO;
        return Ask(name, info) ? Encoding.ASCII.GetString(new ReadOnlySpan<byte>(info + 4, 32).TrimEnd((byte)0)) : string.Empty;
    }

    private static bool Ask(string name, void* question)
    {
        int socket = LibC.Socket(LibC.AF_INET, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        if (socket < 0)
        {
            return false;
        }

        // struct ifreq: a name of 16 bytes, then a union whose first member here is a pointer.
        byte* request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        _ = Encoding.UTF8.GetBytes(name.AsSpan(0, Math.Min(name.Length, 15)), new Span<byte>(request, 15));
        Marshal.WriteIntPtr((nint)request, 16, (nint)question);
        bool ok = LibC.Ioctl(socket, SIOCETHTOOL, request) == 0;
        _ = LibC.Close(socket);
        return ok;
    }
}
