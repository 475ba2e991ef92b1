using System.Runtime.InteropServices;
using System.Text;
using PollMode.Drivers.AfXdp.Native;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Netlink;

/// <summary>Asks about interfaces by rtnetlink(7), in the network namespace it was made in. One thread at a time.</summary>
internal sealed unsafe class RouteSocket : IDisposable
{
    private const int NETLINK_ROUTE = 0;
    private const int RTMGRP_LINK = 1;
    private const int BufferBytes = 32 << 10;
    private const int SO_RCVTIMEO = 20;

    private readonly FileDescriptor _file;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private uint _sequence;

    /// <summary>Opens a socket.</summary>
    /// <param name="listen">Whether it also hears of changes to links.</param>
    internal RouteSocket(bool listen = false)
    {
        int number = LibC.Socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, NETLINK_ROUTE);
        if (number < 0)
        {
            throw new LinuxException("open a netlink socket", Marshal.GetLastPInvokeError(), "use a kernel with rtnetlink");
        }

        _file = new FileDescriptor(number);
        long* timeout = stackalloc long[2] { 5, 0 };
        _ = LibC.SetSocketOption(number, LibC.SOL_SOCKET, SO_RCVTIMEO, timeout, 16);

        // struct sockaddr_nl: family, padding, port, groups.
        int* address = stackalloc int[3] { LibC.AF_NETLINK, 0, listen ? RTMGRP_LINK : 0 };
        if (LibC.Bind(number, address, 12) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            _file.Dispose();
            throw new LinuxException("bind a netlink socket", errno, "use a kernel with rtnetlink");
        }
    }

    /// <summary>The socket's number, to be polled.</summary>
    internal int Number => _file.Number;

    /// <summary>Finds an interface by its name.</summary>
    /// <exception cref="LinuxException">There is none.</exception>
    internal LinkSnapshot Find(string name)
    {
        byte[] text = Encoding.UTF8.GetBytes(name + '\0');
        if (text.Length is > 1 and <= 16)
        {
            int length = NetlinkMessage.Begin(_buffer, NetlinkMessage.GetLink, NetlinkMessage.FlagRequest, ++_sequence, 0, 0, 0);
            length = NetlinkMessage.Add(_buffer, length, NetlinkMessage.AttributeName, text);
            if (Exchange(length, out LinkSnapshot link) == 0)
            {
                return link;
            }
        }

        throw new LinuxException($"find the interface '{name}'", Errno.ENODEV, "name one that 'ip link' lists in this network namespace");
    }

    /// <summary>Asks about an interface by its index. False if it is gone.</summary>
    internal bool TryGet(int index, out LinkSnapshot link) =>
        Exchange(NetlinkMessage.Begin(_buffer, NetlinkMessage.GetLink, NetlinkMessage.FlagRequest, ++_sequence, index, 0, 0), out link) == 0;

    /// <summary>Takes a program off that was attached by netlink ("ip link set ... xdp ..."). Gives the error number, or zero.</summary>
    internal int TryDetachXdp(int index, uint modeFlags)
    {
        Span<byte> nested = stackalloc byte[16];
        int inner = NetlinkMessage.Add(nested, 0, NetlinkMessage.AttributeXdpFd, -1);
        inner = NetlinkMessage.Add(nested, inner, NetlinkMessage.AttributeXdpFlags, (int)modeFlags);
        int length = NetlinkMessage.Begin(_buffer, NetlinkMessage.SetLink, NetlinkMessage.FlagRequest | NetlinkMessage.FlagAck, ++_sequence, index, 0, 0);
        return Exchange(NetlinkMessage.Add(_buffer, length, NetlinkMessage.AttributeXdp | NetlinkMessage.Nested, nested[..inner]), out _);
    }

    /// <summary>Reads what has been heard of; empty when nothing waits. The span is valid until the next call.</summary>
    /// <param name="overrun">True if messages were lost: ask for the state instead.</param>
    internal ReadOnlySpan<byte> Hear(out bool overrun)
    {
        overrun = false;
        fixed (byte* buffer = _buffer)
        {
            nint length = LibC.ReceiveFrom(Number, buffer, BufferBytes, LibC.MSG_DONTWAIT, null, null);
            if (length < 0)
            {
                overrun = Marshal.GetLastPInvokeError() == Errno.ENOBUFS;
                return default;
            }

            return _buffer.AsSpan(0, (int)length);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Sends the message in the buffer and reads until its answer.</summary>
    private int Exchange(int length, out LinkSnapshot link)
    {
        link = default;
        NetlinkMessage.End(_buffer, length);
        fixed (byte* buffer = _buffer)
        {
            if (LibC.SendTo(Number, buffer, (nuint)length, 0, null, 0) != length)
            {
                return Marshal.GetLastPInvokeError();
            }

            while (true)
            {
                nint received = LibC.ReceiveFrom(Number, buffer, BufferBytes, 0, null, null);
                if (received < 0)
                {
                    int errno = Marshal.GetLastPInvokeError();
                    if (errno == Errno.EINTR)
                    {
                        continue;
                    }

                    return errno;
                }

                ReadOnlySpan<byte> messages = _buffer.AsSpan(0, (int)received);
                while (NetlinkMessage.TryNext(ref messages, out ushort type, out uint sequence, out ReadOnlySpan<byte> body))
                {
                    if (sequence != _sequence)
                    {
                        continue;
                    }

                    if (type == NetlinkMessage.NewLink)
                    {
                        link = NetlinkMessage.Read(body);
                        return 0;
                    }

                    if (type == NetlinkMessage.Error && body.Length >= 4)
                    {
                        return -MemoryMarshal.Read<int>(body);
                    }
                }
            }
        }
    }
}
