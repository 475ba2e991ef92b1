using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>Two hosts' kernels talk through an engine that joins two veth pairs.</summary>
public sealed class ForwarderTests
{
    private const int Megabytes = 300;

    [Fact]
    public void Ping_and_iperf3_pass_through()
    {
        Requires.Tools("ping", "iperf3");
        using var bed = new Testbed();
        using Engine engine = Forward(bed, string.Empty);
        string ping = Testbed.In(bed.Left, "ping -c 20 -i 0.02 -W 5 -s 1200 10.9.0.2");
        Assert.Contains("20 received", ping, StringComparison.Ordinal);

        _ = bed.Start(bed.Right, "iperf3 -s -1 --forceflush", out CommandOutput output);
        output.WaitFor("Server listening");
        string report = Testbed.In(bed.Left, $"iperf3 -c 10.9.0.2 -n {Megabytes}M -J");
        Assert.Contains("\"sum_received\"", report, StringComparison.Ordinal);
        Assert.DoesNotContain("\"error\"", report, StringComparison.Ordinal);
        EngineStatistics statistics = engine.Statistics;
        Assert.True(statistics.Ports[0].Receive.Sum(queue => queue.Bytes) > Megabytes << 20);
        Assert.Equal(0, statistics.Ports.Sum(port => port.Transmit.Sum(queue => queue.Copied)));
        Close(engine);
    }

    [Fact]
    public void A_stream_arrives_with_its_content_intact()
    {
        using var bed = new Testbed();
        using Engine engine = Forward(bed, string.Empty);
        Assert.Equal(200 << 20, Transfer(bed, engine, 200 << 20));
        Close(engine);
    }

    [Fact]
    public void Jumbo_frames_pass_as_chains()
    {
        using var bed = new Testbed(mtu: 9000);
        using Engine engine = Forward(bed, string.Empty);
        Assert.True(engine.Ports[0].Capabilities.Segments);
        string ping = Testbed.In(bed.Left, "ping -c 5 -i 0.02 -W 5 -M do -s 8972 10.9.0.2");
        Assert.Contains("5 received", ping, StringComparison.Ordinal);
        Assert.Equal(100 << 20, Transfer(bed, engine, 100 << 20));
        Close(engine);
    }

    [Fact]
    public void Every_queue_of_an_interface_is_one_port()
    {
        Requires.Tools("iperf3");
        using var bed = new Testbed(queues: 4);
        using Engine engine = Forward(bed, ",queues=4", workers: 2);
        Assert.Equal(4, engine.Ports[0].Capabilities.RxQueues);
        _ = bed.Start(bed.Right, "iperf3 -s -1 --forceflush", out CommandOutput output);
        output.WaitFor("Server listening");
        string report = Testbed.In(bed.Left, "iperf3 -c 10.9.0.2 -n 200M -P 8 -J");
        Assert.DoesNotContain("\"error\"", report, StringComparison.Ordinal);
        EngineStatistics statistics = engine.Statistics;
        Assert.True(statistics.Ports[0].Receive.Count(queue => queue.Packets > 1000) >= 2, string.Join(' ', statistics.Ports[0].Receive.Select(queue => queue.Packets)));
        Assert.Equal(0, statistics.Ports.Sum(port => port.Transmit.Sum(queue => queue.Copied)));
        Close(engine);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",mode=generic")]
    [InlineData(",unaligned=true")]
    [InlineData(",need_wakeup=false")]
    [InlineData(",busy_poll=20")]
    [InlineData(",tx_metadata=true")]
    public void Frames_of_every_kind_arrive_byte_for_byte(string options)
    {
        Requires.Tools("tcpreplay", "tcpdump");
        using var bed = new Testbed(mtu: 9000);
        using Engine engine = Forward(bed, options);
        List<byte[]> sent = [.. Enumerable.Range(0, 1000).Select(MakeFrame)];
        string folder = Directory.CreateTempSubdirectory("pollmode").FullName;
        Captures.Write(folder + "/sent.pcap", sent);
        Process dump = bed.Start(bed.Right, $"tcpdump -i r0 -Z root -B 65536 -s 0 -U -c {sent.Count} -w {folder}/got.pcap ether src 02:00:00:00:77:01", out CommandOutput output);
        output.WaitFor("listening on");
        Testbed.In(bed.Left, $"tcpreplay -q -p 2000 -i l0 {folder}/sent.pcap");
        Assert.True(dump.WaitForExit(TimeSpan.FromSeconds(30)), $"{output} {Describe(engine)}");
        List<byte[]> got = Captures.Read(folder + "/got.pcap");
        Directory.Delete(folder, recursive: true);
        Assert.Equal(sent.Count, got.Count);
        for (int i = 0; i < sent.Count; i++)
        {
            Assert.True(sent[i].AsSpan().SequenceEqual(got[i]), $"frame {i}: sent {sent[i].Length} bytes, got {got[i].Length}");
        }

        Close(engine);
    }

    /// <summary>IPv4, IPv6, ARP, VLAN, a fragment, and frames of no known type; from 60 to 9014 bytes.</summary>
    private static byte[] MakeFrame(int number)
    {
        int size = (number % 10) switch { 8 => 9014, 9 => 4000 + number, int small => 60 + (small * 180) + (number % 100) };
        byte[] frame = new byte[size];
        new Random(number).NextBytes(frame);
        byte[] start = (number % 6) switch
        {
            0 => Convert.FromHexString("0800" + "45000020000000004011ffff0a0900010a090002"),
            1 => Convert.FromHexString("86dd" + "6000000000083aff" + new string('1', 64)),
            2 => Convert.FromHexString("0806" + "0001080006040001"),
            3 => Convert.FromHexString("8100" + "0064" + "0800" + "450000200000000040110000"),
            4 => Convert.FromHexString("0800" + "4500002000002000401100000a0900010a090002"),
            _ => Convert.FromHexString("88b5"),
        };
        Convert.FromHexString("020000007702" + "020000007701").CopyTo(frame, 0);
        start.CopyTo(frame, 12);
        return frame;
    }

    private static Engine Forward(Testbed bed, string options, int workers = 1)
    {
        var drivers = new DriverRegistry();
        drivers.Add(new AfXdpDriver());
        var engine = new Engine(
            new EngineOptions
            {
                Ports = [$"af_xdp:m0,{bed.Keys},keep=none{options}", $"af_xdp:m1,{bed.Keys},keep=none{options}"],
                Workers = workers,
                Idle = IdleKind.Blocking,
                SendRetries = 100,
            },
            drivers);
        engine.Open();
        engine.Start();
        return engine;
    }

    private static void Close(Engine engine)
    {
        Assert.True(engine.Stop(TimeSpan.FromSeconds(10)));
        engine.Dispose();
        Assert.All(engine.Statistics.Pools, pool => Assert.Equal(0, pool.InFlight));
    }

    private static string Describe(Engine engine)
    {
        EngineStatistics statistics = engine.Statistics;
        return string.Join('\n', [
            .. statistics.Ports.SelectMany(port => port.Receive.Concat(port.Transmit)).Select(queue => queue.ToString()),
            .. statistics.Ports.SelectMany(port => port.Extended).Where(counter => counter.Value != 0).Select(counter => counter.ToString()),
            .. statistics.Workers.Select(worker => $"{worker} {string.Join(' ', worker.Dropped)}"),
            .. statistics.Pools.Select(pool => pool.ToString()),
        ]);
    }

    /// <summary>Sends random bytes from left to right over TCP, and compares their hashes. Gives how many arrived.</summary>
    private static long Transfer(Testbed bed, Engine engine, int bytes)
    {
        using Socket listener = NetworkNamespace.Run(bed.Right, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(IPAddress.Any, 5555));
        listener.Listen();
        using Socket client = NetworkNamespace.Run(bed.Left, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        client.SendTimeout = 30_000;
        byte[] hash = [];
        var sender = new Thread(() =>
        {
            using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var random = new Random(bytes);
            byte[] block = new byte[1 << 16];
            try
            {
                client.Connect("10.9.0.2", 5555);
                for (int sent = 0; sent < bytes; sent += block.Length)
                {
                    random.NextBytes(block);
                    sha.AppendData(block);
                    client.Send(block);
                }

                client.Shutdown(SocketShutdown.Send);
                hash = sha.GetHashAndReset();
            }
            catch (SocketException)
            {
                // The other end will miss bytes, and the test fails there.
                client.Dispose();
            }
        });
        sender.Start();
        using Socket server = listener.Accept();
        server.ReceiveTimeout = 30_000;
        using var received = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        int count;
        try
        {
            while ((count = server.Receive(buffer)) > 0)
            {
                received.AppendData(buffer, 0, count);
                total += count;
            }
        }
        catch (SocketException fault)
        {
            Assert.Fail($"{fault.Message} after {total} bytes; {Describe(engine)}");
        }

        sender.Join();
        Assert.Equal(Convert.ToHexString(hash), Convert.ToHexString(received.GetHashAndReset()));
        return total;
    }
}
