using System.Text.Json;
using PollMode.Testing;
using Xunit;

namespace PollMode.PacketGen.Tests;

/// <summary>Over shared memory to DPDK's testpmd: both sides must have counted the same.</summary>
public sealed class MemifTests
{
    private static int _count;

    /// <summary>Twenty thousand packets and one, and another much later: until then the peer is connected, and knows what it has received.</summary>
    private static readonly string[] Load = ["--rate", "20kpps@1s,0.2pps", "--packets", "20002", "--json", "--idle", "adaptive"];

    [Theory]
    [InlineData("zero_copy=on")]
    [InlineData("zero_copy=off")]
    public void What_is_sent_to_testpmd_is_what_it_has_received(string keys)
    {
        string name = NewName();
        using var peer = new Testpmd($"role=server,id=0,socket={name},socket-abstract=yes", mode: "rxonly");
        using HostCommand generator = HostCommand.Start(PacketGen.Path, ["--tx", $"memif:@{name},{keys}", "--tx-only", "--size", "imix", "--flows", "100", .. Load]);
        Assert.True(peer.WaitForReceived(20_001, TimeSpan.FromMinutes(1)), peer.Output + generator.Output);
        AssertSent(generator);
    }

    [Fact]
    public void A_testpmd_that_connects_later_receives_all_of_it()
    {
        string name = NewName();
        using HostCommand generator = HostCommand.Start(PacketGen.Path, ["--tx", $"memif:@{name},role=server", "--tx-only", .. Load]);
        Thread.Sleep(1000);
        using var peer = new Testpmd($"role=client,id=0,socket={name},socket-abstract=yes", mode: "rxonly");
        Assert.True(peer.WaitForReceived(20_001, TimeSpan.FromMinutes(1)), peer.Output + generator.Output);
        AssertSent(generator);
    }

    [Fact]
    public void What_testpmd_sends_back_is_found_whole_and_its_addresses_swapped()
    {
        string name = NewName();
        using var peer = new Testpmd($"role=server,id=0,socket={name},socket-abstract=yes", mode: "macswap");
        JsonElement report = PacketGen.Json("--port", $"memif:@{name},rsize=13", "--rate", "10kpps", "--packets", "20000", "--size", "64-1518");
        Assert.Equal((20_000, 20_000, 0, 0, 0), (report.Count("sent"), report.Count("received"), report.Count("lost"), report.Count("reordered"), report.Count("corrupted")));
        Assert.Equal((20_000, 0), (report.Count("port_packets"), report.Count("receiver_dropped")));
    }

    [Fact]
    public void A_peer_that_is_not_there_is_named_in_one_sentence()
    {
        (int exitCode, string output) = PacketGen.Run("--port", $"memif:@{NewName()}", "--rate", "1kpps", "--json");
        Assert.Equal(1, exitCode);
        Assert.Contains("has been down for 10 s; bring the interface up, or start its peer, first.", output, StringComparison.Ordinal);
    }

    private static void AssertSent(HostCommand generator)
    {
        Assert.True(generator.WaitForExit(TimeSpan.FromMinutes(1)));
        Assert.True(generator.ExitCode == 0, generator.Output);
        JsonElement report = JsonDocument.Parse(generator.Output).RootElement;
        Assert.Equal((20_002, 20_002, 0), (report.Count("sent"), report.Count("port_packets"), report.Count("never_left")));
    }

    private static string NewName() => $"pmgen{Environment.ProcessId}x{Interlocked.Increment(ref _count)}";
}
