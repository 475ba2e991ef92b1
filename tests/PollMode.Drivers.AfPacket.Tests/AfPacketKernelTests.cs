using System.Net;
using System.Net.Sockets;
using PollMode.Linux;
using PollMode.Testing;
using PollMode.Wire;
using Xunit;

namespace PollMode.Drivers.AfPacket.Tests;

/// <summary>A port on one end of a veth pair, the kernel's own sockets and disciplines at the other.</summary>
public sealed class AfPacketKernelTests
{
    private const int Flows = 64;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_the_kernel_says_of_checksums_is_honoured(bool offload)
    {
        HostRights.NeedNamespaces();
        using var pair = new VethPair();
        IPort port = pair.Open($"af_packet:v1,offload={(offload ? "true" : "false")}");
        IRxQueue rx = port.OpenRxQueue(0, pair.Pool);
        var packets = new List<(PacketFlags Flags, int Start, int Offset)>();
        SendDatagrams(pair, 1);
        byte[] frame = Assert.Single(pair.Receive(rx, 1, packet => packets.Add((packet.Flags & ~PacketFlags.HasTimestamp, packet.ChecksumStart, packet.ChecksumOffset))));
        Assert.True(Ipv4Packet.TryParse(frame.AsSpan(14), out Ipv4Packet ip));
        Assert.True(UdpDatagram.TryParse(ip.Payload, out UdpDatagram udp));

        // The kernel leaves a local datagram's checksum to the device: it is completed here, or passed on as what it is.
        Assert.Equal(!offload, InternetChecksum.IsValid(ip.Payload, ip.PseudoHeader()));
        Assert.Equal(offload ? (PacketFlags.TxChecksumPartial, 34, 6) : (PacketFlags.RxChecksumGood, 0, 0), (packets[0].Flags, offload ? packets[0].Start : 0, offload ? packets[0].Offset : 0));
        var counters = new List<PortCounter>();
        port.CollectCounters(counters);
        Assert.Equal(offload ? 0 : 1, counters.First(counter => counter.Name == "checksums_completed").Value);
        Assert.Equal(4000, udp.SourcePort);
    }

    [Fact]
    public void Fanout_by_hash_keeps_each_flow_on_one_queue()
    {
        HostRights.NeedNamespaces();
        using var pair = new VethPair();
        IPort port = pair.Open("af_packet:v1,queues=4,fanout=hash");
        IRxQueue[] queues = [.. Enumerable.Range(0, 4).Select(queue => port.OpenRxQueue(queue, pair.Pool))];
        var queueOf = new Dictionary<int, int>();
        var counts = new int[queues.Length];
        void ReceiveAll()
        {
            for (int i = 0; i < queues.Length; i++)
            {
                int queue = i;
                counts[queue] += pair.ReceiveNow(queues[queue], packet =>
                {
                    int flow = (packet.Span[34] << 8) | packet.Span[35];
                    Assert.Equal(queue, queueOf.TryGetValue(flow, out int before) ? before : queue);
                    queueOf[flow] = queue;
                });
            }
        }

        for (int round = 0; round < 5; round++)
        {
            SendDatagrams(pair, Flows, ReceiveAll);
        }

        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                ReceiveAll();
                return counts.Sum() >= 5 * Flows;
            },
            TimeSpan.FromSeconds(20)));
        Assert.Equal(5 * Flows, counts.Sum());
        Assert.Equal(Flows, queueOf.Count);
        Assert.All(counts, count => Assert.NotEqual(0, count));
    }

    [Fact]
    public void No_frame_arrives_twice_while_the_queues_are_opened()
    {
        HostRights.NeedNamespaces();
        using var pair = new VethPair();
        SendDatagrams(pair, 0);
        using Socket socket = NetworkNamespace.Run(pair.Space.Name, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(new IPEndPoint(IPAddress.Parse("10.9.0.1"), 4000));
        bool stop = false;
        var sender = new Thread(() =>
        {
            var payload = new byte[100];
            var target = new IPEndPoint(IPAddress.Parse("10.9.0.2"), 5000);
            for (long number = 0; !Volatile.Read(ref stop); number++)
            {
                BitConverter.TryWriteBytes(payload, number);
                _ = socket.SendTo(payload, target);
            }
        });
        sender.Start();
        try
        {
            var packets = new Packet[64];
            int twice = 0;
            for (int round = 0; round < 20; round++)
            {
                using IPort port = new AfPacketDriver().Open(
                    PortSpec.Parse($"af_packet:v1,queues=8,fanout=lb,block_bytes=65536,blocks=4,netns={pair.Space.Name}"), new PortContext { PortIndex = 0, Arena = pair.Arena });
                IRxQueue[] queues = [.. Enumerable.Range(0, 8).Select(queue => port.OpenRxQueue(queue, pair.Pool))];
                var seen = new HashSet<long>();
                long deadline = Environment.TickCount64 + 30_000;
                while (seen.Count < 200 && Environment.TickCount64 < deadline)
                {
                    foreach (IRxQueue queue in queues)
                    {
                        int count = queue.Receive(packets);
                        foreach (Packet packet in packets.AsSpan(0, count))
                        {
                            twice += seen.Add(BitConverter.ToInt64(packet.Span.Slice(42, 8))) ? 0 : 1;
                        }

                        pair.Pool.Return(packets.AsSpan(0, count));
                    }

                    Thread.Yield();
                }

                Assert.True(seen.Count >= 200);
            }

            Assert.Equal(0, twice);
        }
        finally
        {
            Volatile.Write(ref stop, true);
            sender.Join();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_queueing_discipline_is_bypassed_or_not(bool bypass)
    {
        HostRights.NeedNamespaces();
        HostRights.NeedProgram("tc");
        using var pair = new VethPair();

        // A queue that no frame fits into.
        (int exitCode, string output) = pair.Space.Run("tc", "qdisc", "replace", "dev", "v0", "root", "bfifo", "limit", "10");
        Assert.SkipUnless(exitCode == 0, $"needs a kernel with the discipline bfifo: {output}");
        ITxQueue tx = pair.Open($"af_packet:v0,qdisc_bypass={(bypass ? "true" : "false")}").OpenTxQueue(0, pair.Pool);
        IRxQueue rx = pair.Open("af_packet:v1").OpenRxQueue(0, pair.Pool);
        byte[] frame = TestFrames.Make(1);
        Assert.Equal(3, tx.Send([pair.Make(frame), pair.Make(frame), pair.Make(frame)]));
        Assert.True(SpinWait.SpinUntil(() => !tx.Service(), TimeSpan.FromSeconds(20)));
        Assert.Equal(bypass ? [frame, frame, frame] : [], pair.Receive(rx, bypass ? 3 : 0));
        Assert.Equal(bypass ? 0 : 3, pair.Drain(rx) + tx.Counters.Dropped);
    }

    /// <summary>One datagram of each flow, from a socket on the other end's interface.</summary>
    private static void SendDatagrams(VethPair pair, int flows, Action? between = null)
    {
        if (!pair.Space.Ip("addr", "show", "dev", "v0").Contains("10.9.0.1", StringComparison.Ordinal))
        {
            pair.Space.Ip("addr", "add", "10.9.0.1/24", "dev", "v0");
            pair.Space.Ip("neigh", "add", "10.9.0.2", "lladdr", "02:00:00:00:00:02", "dev", "v0");
        }

        for (int flow = 0; flow < flows; flow++)
        {
            using Socket socket = NetworkNamespace.Run(pair.Space.Name, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
            socket.Bind(new IPEndPoint(IPAddress.Parse("10.9.0.1"), 4000 + flow));
            Assert.Equal(100, socket.SendTo(new byte[100], new IPEndPoint(IPAddress.Parse("10.9.0.2"), 5000)));
            between?.Invoke();
        }
    }
}
