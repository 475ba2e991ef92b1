using System.Buffers.Binary;
using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.Software.Tests;

public sealed class GeneratorPortTests : PortContract
{
    protected override DriverRegistry Drivers { get; } = new DriverRegistry().AddSoftwareDrivers();

    protected override PortHarness Open() => new SourceHarness(Drivers, "gen:flows=16");

    protected override string SpecWith(string keyAndValue) => $"gen:{keyAndValue}";

    [Theory]
    [InlineData(4, 64)]
    [InlineData(4, 65)]
    [InlineData(4, 1518)]
    [InlineData(6, 64)]
    [InlineData(6, 999)]
    public void Frames_are_well_formed(int version, int size)
    {
        byte[][] frames = Generate($"gen:ip={version},size={size},flows=50,seed=42", 200);
        int ip = 14;
        int udp = version == 4 ? 34 : 54;
        Assert.All(frames, frame =>
        {
            Assert.Equal(size, frame.Length);
            Assert.Equal(version == 4 ? 0x0800 : 0x86DD, Word(frame, 12));
            Assert.Equal(version, frame[ip] >> 4);
            if (version == 4)
            {
                Assert.Equal(size - ip, Word(frame, ip + 2));
                Assert.Equal(17, frame[ip + 9]);
                Assert.Equal(0xFFFF, Sum(frame[ip..udp]));
            }
            else
            {
                Assert.Equal(size - udp, Word(frame, ip + 4));
                Assert.Equal(17, frame[ip + 6]);
            }

            Assert.Equal(size - udp, Word(frame, udp + 4));
            Assert.NotEqual(0, Word(frame, udp + 6));
            byte[] pseudo = [.. frame[(udp - (version == 4 ? 8 : 32))..udp], 0, 17, (byte)((size - udp) >> 8), (byte)(size - udp)];
            Assert.Equal(0xFFFF, Sum([.. pseudo, .. frame[udp..]]));
        });
        Assert.Equal(50, frames.Select(frame => (Word(frame, udp), Word(frame, udp + 2))).Distinct().Count());
        Assert.Equal(frames[0], frames[50]);
    }

    [Fact]
    public void The_same_options_give_the_same_frames_and_another_seed_does_not()
    {
        byte[][] first = Generate("gen:size=200,flows=5,seed=7", 40);
        Assert.Equal(first, Generate("gen:size=200,flows=5,seed=7", 40));
        Assert.NotEqual(first, Generate("gen:size=200,flows=5,seed=8", 40));
    }

    [Fact]
    public void A_million_flows_differ()
    {
        var template = new FrameTemplate(GeneratorSettings.Read(PortSpec.Parse("gen:flows=1048576")), 0);
        var seen = new HashSet<uint>();
        Span<byte> frame = stackalloc byte[64];
        for (int flow = 0; flow < template.Flows; flow++)
        {
            unsafe
            {
                fixed (byte* destination = frame)
                {
                    template.Write(destination, flow);
                }
            }

            Assert.True(seen.Add(BinaryPrimitives.ReadUInt32BigEndian(frame[34..])));
        }
    }

    [Fact]
    public void A_rate_gives_what_is_due_and_forgives_long_arrears()
    {
        var clock = new ManualClock();
        using var memory = new PoolHarness();
        DriverRegistry drivers = new DriverRegistry().Add(new GeneratorDriver(clock));
        using IPort port = TestPorts.Open(drivers, "gen:rate=10000", TestPorts.Context(memory));
        IRxQueue queue = port.OpenRxQueue(0, memory.Pool);
        Assert.Equal(0, Receive(queue, memory));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(10, Receive(queue, memory));
        Assert.Equal(0, Receive(queue, memory));
        clock.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(64, Receive(queue, memory));
        Assert.Equal(64, Receive(queue, memory));
        Assert.Equal(64, Receive(queue, memory));
        Assert.Equal(8, Receive(queue, memory));
        clock.Advance(TimeSpan.FromSeconds(1));
        int given = 0;
        for (int count; (count = Receive(queue, memory)) > 0;)
        {
            given += count;
        }

        Assert.Equal(1000, given);
        var counters = new List<PortCounter>();
        port.CollectCounters(counters);
        Assert.Equal(9000, counters.Single(counter => counter.Name == "gen_rate_missed").Value);
        memory.AssertAllHome();
    }

    [Theory]
    [InlineData("gen:size=63")]
    [InlineData("gen:size=4000")]
    [InlineData("gen:ip=5")]
    [InlineData("gen:eth0")]
    [InlineData("gen:count=-2")]
    public void Wrong_options_are_refused(string spec)
    {
        using var memory = new PoolHarness();
        Assert.Contains(spec, Assert.Throws<PollModeException>(() => TestPorts.Open(Drivers, spec, TestPorts.Context(memory))).Message, StringComparison.Ordinal);
    }

    private static int Receive(IRxQueue queue, PoolHarness memory)
    {
        var packets = new Packet[64];
        int count = queue.Receive(packets);
        memory.Pool.Return(packets.AsSpan(0, count));
        return count;
    }

    private static int Word(byte[] frame, int at) => BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(at));

    /// <summary>RFC 1071 as it is written: 0xFFFF for bytes that contain their own checksum.</summary>
    private static int Sum(byte[] bytes)
    {
        long sum = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += (i & 1) == 0 ? bytes[i] << 8 : bytes[i];
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (int)sum;
    }

    private byte[][] Generate(string spec, int count)
    {
        using var memory = new PoolHarness();
        using IPort port = TestPorts.Open(Drivers, $"{spec},count={count}", TestPorts.Context(memory));
        IRxQueue queue = port.OpenRxQueue(0, memory.Pool);
        var packets = new Packet[count];
        Assert.Equal(count, queue.Receive(packets));
        Assert.Equal(RxQueueLife.Ended, queue.Life);
        byte[][] frames = [.. packets.Select(packet => packet.Span.ToArray())];
        memory.Pool.Return(packets);
        memory.AssertAllHome();
        return frames;
    }
}
