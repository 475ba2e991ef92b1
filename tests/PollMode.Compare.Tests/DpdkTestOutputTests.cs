using Xunit;

namespace PollMode.EndToEnd.Tests;

public sealed class DpdkTestOutputTests
{
    [Theory]
    [InlineData(1, 25.42)]
    [InlineData(8, 35.85)]
    [InlineData(32, 110.64)]
    public void The_first_figure_of_one_producer_and_one_consumer_is_the_ring_on_one_core(int bulk, double cycles) =>
        Assert.Equal(cycles, Samples.Lines("ring-perf-autotest.txt").Select(line => DpdkTestOutput.RingCycles(line, bulk)).First(value => value != null));

    [Theory]
    [InlineData(32, 32, 391_234_567.0)]
    [InlineData(1, 128, 88_765_432.0)]
    public void A_pool_with_a_cache_is_told_from_one_without(int bulk, int keep, double rate) =>
        Assert.Equal(rate, Assert.Single(Samples.Lines("mempool-perf-autotest.txt").Select(line => DpdkTestOutput.MempoolRate(line, bulk, keep)).OfType<double>()));

    [Fact]
    public void A_bulk_that_the_compiler_knew_is_told_from_one_that_it_did_not() =>
        Assert.Equal(88_765_433, Assert.Single(Samples.Lines("mempool-perf-autotest.txt").Select(line => DpdkTestOutput.MempoolRate(line, 1, 128, constant: true)).OfType<double>()));

    [Fact]
    public void The_counters_frequency_is_read() => Assert.Equal(2.096, DpdkTestOutput.CyclesPerNanosecond("EAL: TSC frequency is ~2096000 KHz"));

    [Fact]
    public void System_calls_are_read_from_perf()
    {
        Assert.Equal(1234, SystemCalls.Parse("1234,,raw_syscalls:sys_enter,1000123456,100.00,,"));
        Assert.Null(SystemCalls.Parse("<not supported>,,raw_syscalls:sys_enter,0,100.00,,"));
    }

    [Theory]
    [InlineData(Wire.ReceivedColumn, 12345)]
    [InlineData(Wire.SentColumn, 77)]
    public void Packets_are_read_from_the_kernels_table(int column, long packets) => Assert.Equal(
        packets,
        Wire.Parse(
            """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
              far0: 9876543   12345    0    0    0     0          0         0     4928      77    0    0    0     0       0          0
            """,
            "far0",
            column));
}
