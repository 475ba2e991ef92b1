using Xunit;

namespace PollMode.EndToEnd.Tests;

public sealed class TestpmdStatisticsTests
{
    [Fact]
    public void Ports_are_added_up_second_by_second()
    {
        var statistics = new TestpmdStatistics(ports: 2);
        TestpmdSecond[] seconds = [.. Samples.Lines("testpmd-two-ports.txt").Select(statistics.Take).OfType<TestpmdSecond>()];

        Assert.Equal(3, seconds.Length);
        Assert.Equal(new TestpmdSecond(334976 + 350592, 0, 141888 + 142720, 0, 0), seconds[0]);
        Assert.Equal(new TestpmdSecond(46702720 + 46717568, 0, 46509696 * 2, 23123383 + 23123001, 23123415 + 23123001), seconds[1]);
        Assert.Equal(34632296 + 34632323, seconds[2].SentPerSecond);
    }

    [Fact]
    public void A_second_is_complete_with_its_last_port()
    {
        var statistics = new TestpmdStatistics(ports: 1);
        Assert.Equal(6, Samples.Lines("testpmd-two-ports.txt").Select(statistics.Take).OfType<TestpmdSecond>().Count());
    }

    [Fact]
    public void Lost_frames_are_seen()
    {
        var statistics = new TestpmdStatistics(ports: 1);
        Assert.Null(statistics.Take("  RX-packets: 1000       RX-missed: 24         RX-bytes:  0"));
        Assert.Null(statistics.Take("  TX-packets: 7          TX-errors: 0          TX-bytes:  0"));
        Assert.Null(statistics.Take("  Rx-pps:          500          Rx-bps:            0"));
        Assert.Equal(new TestpmdSecond(1000, 24, 7, 500, 3), statistics.Take("  Tx-pps:            3          Tx-bps:            0"));
    }
}
