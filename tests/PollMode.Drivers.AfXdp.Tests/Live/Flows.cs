using System.Net;
using System.Net.Sockets;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>UDP datagrams of many flows from the kernel on the left, which spreads them over a device's queues; nobody answers them.</summary>
internal static class Flows
{
    private const int Port = 7777;
    private const int Number = 50;

    /// <summary>Sends datagrams of 50 flows in turn.</summary>
    /// <param name="bed">Where.</param>
    /// <param name="address">The address to send to, whose hardware address is the following.</param>
    /// <param name="hardware">The next hop.</param>
    /// <param name="count">How many.</param>
    public static void Send(Testbed bed, string address, string hardware, int count)
    {
        Shell.Run($"ip -n {bed.Left} neigh replace {address} lladdr {hardware} dev l0");
        Socket[] sockets = NetworkNamespace.Run(bed.Left, () => Enumerable.Range(0, Number).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)).ToArray());
        var to = new IPEndPoint(IPAddress.Parse(address), Port);
        for (int i = 0; i < count; i++)
        {
            sockets[i % Number].SendTo(new byte[18 + (i % 100)], to);
            if (i % 20 == 0)
            {
                Thread.Sleep(1);
            }
        }

        Array.ForEach(sockets, socket => socket.Dispose());
    }

    /// <summary>A socket that takes what was sent, so that the kernel does not answer that nobody is there.</summary>
    public static Socket Listen(string space)
    {
        Socket socket = NetworkNamespace.Run(space, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.ReceiveBufferSize = 1 << 20;
        socket.Bind(new IPEndPoint(IPAddress.Any, Port));
        return socket;
    }

    /// <summary>Reads what waits. Gives how many datagrams.</summary>
    public static int Drain(Socket socket)
    {
        int count = 0;
        byte[] buffer = new byte[2048];
        while (socket.Poll(0, SelectMode.SelectRead))
        {
            _ = socket.Receive(buffer);
            count++;
        }

        return count;
    }
}
