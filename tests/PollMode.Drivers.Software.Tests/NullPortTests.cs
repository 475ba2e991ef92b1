using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.Software.Tests;

public sealed class NullPortTests : PortContract
{
    protected override DriverRegistry Drivers { get; } = new DriverRegistry().AddSoftwareDrivers();

    protected override PortHarness Open() => new SourceHarness(Drivers, "null");

    protected override string SpecWith(string keyAndValue) => $"null:{keyAndValue}";

    [Fact]
    public void A_source_with_a_number_of_frames_gives_as_many_and_has_ended()
    {
        using var memory = new PoolHarness();
        using IPort port = TestPorts.Open(Drivers, "null:rx=100,size=70", TestPorts.Context(memory));
        IRxQueue queue = port.OpenRxQueue(0, memory.Pool);
        var packets = new Packet[64];
        Assert.Equal(64, queue.Receive(packets));
        memory.Pool.Return(packets);
        Assert.Equal(RxQueueLife.Live, queue.Life);
        Assert.Equal(36, queue.Receive(packets));
        memory.Pool.Return(packets.AsSpan(0, 36));
        Assert.Equal(RxQueueLife.Ended, queue.Life);
        Assert.Equal(0, queue.Receive(packets));
        Assert.Equal((100, 7000), (queue.Counters.Packets, queue.Counters.Bytes));
        memory.AssertAllHome();
    }
}
