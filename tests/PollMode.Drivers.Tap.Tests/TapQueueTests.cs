using System.Net;
using System.Net.Sockets;
using PollMode.Linux;
using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.Tap.Tests;

/// <summary>Several queues of one TAP interface: what the kernel sends is dealt out by flow, and each takes what is sent to the kernel.</summary>
public sealed class TapQueueTests
{
    private const int Flows = 64;

    [Fact]
    public void The_kernel_deals_out_flows_and_takes_from_every_queue()
    {
        HostRights.NeedNamespaces();
        using var space = new HostNamespace("q");
        space.Silence();
        var memory = new PoolHarness();
        using IPort port = TestPorts.Open(new DriverRegistry().Add(new TapDriver()), $"tap:tap0,netns={space.Name},queues=4", TestPorts.Context(memory));
        IRxQueue[] receive = [.. Enumerable.Range(0, 4).Select(queue => port.OpenRxQueue(queue, memory.Pool))];
        ITxQueue[] send = [.. Enumerable.Range(0, 4).Select(queue => port.OpenTxQueue(queue, memory.Pool))];
        space.Ip("addr", "add", "10.9.0.1/24", "dev", "tap0");
        space.Ip("neigh", "add", "10.9.0.2", "lladdr", "02:00:00:00:00:02", "dev", "tap0");
        Socket[] sockets = [.. Enumerable.Range(0, Flows).Select(flow => NewSocket(space, 4000 + flow))];
        var queueOf = new Dictionary<int, int>();
        var packets = new Packet[64];
        var frames = new Dictionary<int, byte[]>();
        for (int round = 0; round < 3; round++)
        {
            foreach (Socket socket in sockets)
            {
                Assert.Equal(100, socket.SendTo(new byte[100], new IPEndPoint(IPAddress.Parse("10.9.0.2"), 5000)));
            }

            int arrived = 0;
            Assert.True(SpinWait.SpinUntil(
                () =>
                {
                    for (int queue = 0; queue < 4; queue++)
                    {
                        int count = receive[queue].Receive(packets);
                        foreach (Packet packet in packets.AsSpan(0, count))
                        {
                            if (!IsDatagramToPeer(packet.Span))
                            {
                                // The kernel has things of its own to say now and then.
                                continue;
                            }

                            arrived++;
                            int flow = (packet.Span[34] << 8) | packet.Span[35];
                            Assert.Equal(queue, queueOf.TryGetValue(flow, out int before) ? before : queue);
                            queueOf[flow] = queue;
                            frames[flow] = packet.Span.ToArray();
                        }

                        memory.Pool.Return(packets.AsSpan(0, count));
                    }

                    return arrived == Flows;
                },
                TimeSpan.FromSeconds(30)));
        }

        Assert.Equal(Flows, queueOf.Count);
        Assert.True(queueOf.Values.Distinct().Count() > 1, "all flows came by one queue");

        // Each flow's answer goes by another queue, and reaches its socket.
        foreach ((int flow, byte[] frame) in frames)
        {
            Assert.Equal(1, send[flow % 4].Send([memory.Make(Answer(frame, port.Capabilities.MacAddress))]));
            var bytes = new byte[2048];
            sockets[flow - 4000].ReceiveTimeout = 30_000;
            Assert.Equal(100, sockets[flow - 4000].Receive(bytes));
        }

        Assert.All(send, queue => Assert.Equal((Flows / 4, 0, 0), (queue.Counters.Packets, queue.Counters.Dropped, queue.Counters.Errors)));
        Array.ForEach(sockets, socket => socket.Dispose());
        port.Dispose();
        memory.AssertAllHome();
        memory.Dispose();
    }

    private static Socket NewSocket(HostNamespace space, int number)
    {
        Socket socket = NetworkNamespace.Run(space.Name, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(new IPEndPoint(IPAddress.Parse("10.9.0.1"), number));
        return socket;
    }

    /// <summary>IPv4 without options, UDP, to port 5000.</summary>
    private static bool IsDatagramToPeer(ReadOnlySpan<byte> frame) =>
        frame.Length > 38 && frame[12..15].SequenceEqual<byte>([0x08, 0x00, 0x45]) && frame[23] == 17 && frame[36..38].SequenceEqual<byte>([5000 >> 8, 5000 & 255]);

    /// <summary>The datagram with addresses and ports exchanged. Sums stay right by that, for they do not depend on order.</summary>
    private static byte[] Answer(byte[] frame, ulong mac)
    {
        byte[] answer = [.. frame];
        for (int i = 0; i < 6; i++)
        {
            answer[i] = (byte)(mac >> (40 - (8 * i)));
        }

        frame.AsSpan(0, 6).CopyTo(answer.AsSpan(6));
        frame.AsSpan(26, 4).CopyTo(answer.AsSpan(30));
        frame.AsSpan(30, 4).CopyTo(answer.AsSpan(26));
        frame.AsSpan(34, 2).CopyTo(answer.AsSpan(36));
        frame.AsSpan(36, 2).CopyTo(answer.AsSpan(34));
        return answer;
    }
}
