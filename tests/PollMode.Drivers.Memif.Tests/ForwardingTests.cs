using PollMode.Drivers.Software;
using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>
/// An engine that forwards from one memif to another, with a testpmd on either side that does the same. Frames go the whole way, both ways,
/// and arrive as they were: left, testpmd, engine, testpmd, right.
/// </summary>
public sealed class ForwardingTests
{
    private const string Copying = "bsize=9728,zero-copy=no";
    private const string Sharing = "bsize=2048,zero-copy=yes";

    [Theory]
    [InlineData("role=server", Copying, "role=server", Sharing)]
    [InlineData("role=client,zero_copy=on", "", "role=client,zero_copy=off", "")]
    [InlineData("role=server", Sharing, "role=client,zero_copy=on", "")]
    [InlineData("role=client,zero_copy=off", "", "role=server", Copying)]
    public void Frames_pass_from_one_testpmd_to_another_both_ways(string leftKeys, string leftPeer, string rightKeys, string rightPeer)
    {
        string ends = MemifPairTests.NewName();
        string leftSocket = MemifPairTests.NewName();
        string rightSocket = MemifPairTests.NewName();
        using var left = new MemifSide($"memif:{ends}l,role=server");
        using var right = new MemifSide($"memif:{ends}r,role=server");
        using var engine = new RunningEngine(
            new DriverRegistry().Add(new MemifDriver()), options => options.BufferBytes = 4096, $"memif:{leftSocket},{leftKeys}", $"memif:{rightSocket},{rightKeys}");
        using Testpmd leftTestpmd = NewTestpmd($"{ends}l", leftSocket, leftKeys, leftPeer);
        using Testpmd rightTestpmd = NewTestpmd($"{ends}r", rightSocket, rightKeys, rightPeer);
        left.WaitForLink();
        right.WaitForLink();
        Assert.True(
            SpinWait.SpinUntil(() => engine[0].Link == LinkState.Up && engine[1].Link == LinkState.Up, TimeSpan.FromSeconds(30)),
            $"{engine[0].Report[0]}\n{engine[1].Report[0]}\n{leftTestpmd.Output}\n{rightTestpmd.Output}");

        byte[][] frames = Traffic.Frames(jumbo: true);
        Traffic.AssertSame(frames, Traffic.Pass(left, right, frames, window: 200));
        Traffic.AssertSame(frames, Traffic.Pass(right, left, frames, window: 200));
        EngineStatistics statistics = engine.Finish();
        Assert.Equal((2 * frames.Length, 2 * frames.Sum(frame => (long)frame.Length)), (statistics.RxPackets, statistics.RxBytes));
        Assert.Equal((statistics.RxPackets, statistics.RxBytes), (statistics.TxPackets, statistics.TxBytes));
        Assert.All(statistics.Ports, port => Assert.Equal(0, port.Extended.First(counter => counter.Name == "protocol_violations").Value));
    }

    [Theory]
    [InlineData("role=server", "role=client,zero_copy=on")]
    [InlineData("role=client,zero_copy=on", "role=server")]
    [InlineData("role=client,zero_copy=off", "role=server")]
    public void A_bad_wire_over_a_memif_loses_and_doubles_what_it_says(string sender, string receiver)
    {
        const int Frames = 50_000;
        string socket = MemifPairTests.NewName();
        DriverRegistry drivers = new DriverRegistry().AddSoftwareDrivers().Add(new MemifDriver());
        using var to = new RunningEngine(drivers, $"memif:{socket},{receiver}", "null:rx=0");
        using var from = new RunningEngine(
            drivers,
            options => options.SendRetries = int.MaxValue,
            $"fault:loss=5%,duplicate=3%,corrupt=1%,reorder=2%,on=tx,seed=7+memif:{socket},{sender}",
            $"gen:count={Frames}");
        long Counter(string name) => from.Engine.Statistics.Ports[0].Extended.First(counter => counter.Name == name).Value;
        Assert.True(
            SpinWait.SpinUntil(() => to.ReceivedBy(0) == Frames + Counter("fault_tx_duplicated") - Counter("fault_tx_lost") && Counter("fault_tx_lost") > Frames / 30, TimeSpan.FromSeconds(60)),
            $"{to.ReceivedBy(0)} arrived, {Counter("fault_tx_duplicated")} doubled, {Counter("fault_tx_lost")} lost");
        EngineStatistics sent = from.Finish();
        EngineStatistics received = to.Finish();
        Assert.Equal(Frames, sent.TxPackets);
        Assert.Equal((0, received.RxPackets), (received.Dropped.Values.Sum(), received.TxPackets));
    }

    /// <summary>A testpmd between one of the ends, whose client it is, and the engine, whose opposite it is.</summary>
    private static Testpmd NewTestpmd(string end, string socket, string keys, string peer)
    {
        // Only one of its ports without a copy: two share a descriptor of DPDK's memory, and close it under each other.
        bool engineIsServer = keys == "role=server";
        return new Testpmd(
            [
                $"role=client,id=0,socket={end[1..]},socket-abstract=yes,{Copying}",
                $"role={(engineIsServer ? "client" : "server")},id=0,socket={socket[1..]},socket-abstract=yes{(engineIsServer ? "," + peer : string.Empty)}",
            ],
            mbufBytes: 9856);
    }
}
