using Xunit;

namespace PollMode.Drivers.Traffic.Tests;

public sealed class AllocationTests
{
    [Theory]
    [InlineData("udp4")]
    [InlineData("mix")]
    [InlineData("qinq")]
    [InlineData("flows6")]
    public void Sending_and_measuring_allocate_nothing(string shape)
    {
        using var bench = new Bench();
        bench.Port.Start(MeasuringTests.Plan(shape, 0) with { AuditsGaps = true });
        Packet[] burst = new Packet[64];
        Drive(2000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long packets = Drive(20_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(packets >= 20_000);
        bench.Port.StopSending();
        bench.Turn();

        long Drive(long wanted)
        {
            long sent = 0;
            while (sent < wanted)
            {
                int count = bench.Source.Receive(burst);
                bench.Sink.Send(burst.AsSpan(0, count));
                sent += count;
            }

            return sent;
        }
    }
}
