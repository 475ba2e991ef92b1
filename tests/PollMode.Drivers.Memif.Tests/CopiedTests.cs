using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>The counters of what was copied: as many as there were copies, on the side that made them.</summary>
public sealed class CopiedTests
{
    private const int ToServer = 300;
    private const int ToClient = 200;

    [Theory]
    [InlineData("zero_copy=on", false)]
    [InlineData("zero_copy=off", true)]
    public void Every_frame_that_is_copied_counts_once_and_no_other(string keys, bool clientCopies)
    {
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using var client = new MemifSide($"memif:{socket},{keys}");
        server.WaitForLink();
        client.WaitForLink();
        byte[][] frames = Traffic.Frames(jumbo: true);
        Traffic.AssertSame(frames[..ToServer], Traffic.Pass(client, server, frames[..ToServer]));
        Traffic.AssertSame(frames[..ToClient], Traffic.Pass(server, client, frames[..ToClient]));

        // What is too short for a frame is taken and lost, and nobody copied it.
        Assert.Equal(1, client.Tx[0].Send([client.Make(frames[0].AsSpan(0, 13))]));
        Assert.Equal(1, server.Tx[0].Send([server.Make(frames[0].AsSpan(0, 13))]));
        Assert.Equal((1, 1), (client.Tx[0].Counters.Errors, server.Tx[0].Counters.Errors));
        Assert.Equal((ToServer, ToClient), (server.Rx[0].Counters.Copied, server.Tx[0].Counters.Copied));
        Assert.Equal(clientCopies ? (ToClient, ToServer) : (0L, 0L), (client.Rx[0].Counters.Copied, client.Tx[0].Counters.Copied));
        Assert.Equal((ToServer + ToClient, clientCopies ? ToServer + ToClient : 0), (server.Counter("copied"), client.Counter("copied")));
        Assert.Equal((ToServer, ToClient), (server.Rx[0].Counters.Packets, client.Rx[0].Counters.Packets));
    }

    [Fact]
    public void A_client_without_a_copy_counts_the_buffers_of_another_arena_which_it_must_copy()
    {
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using var client = new MemifSide($"memif:{socket},zero_copy=on");
        server.WaitForLink();
        client.WaitForLink();
        byte[][] frames = [Traffic.Frame(1, 300), Traffic.Frame(2, 300), Traffic.Frame(3, 9000)];

        // The server's own packets, given to the client: one process, two arenas.
        Assert.Equal(3, client.Tx[0].Send([client.Make(frames[0]), server.Make(frames[1]), server.Make(frames[2])]));
        var arrived = new List<byte[]>();
        server.CollectUntil(arrived, frames.Length);
        Traffic.AssertSame(frames, arrived);
        Assert.Equal((2, 2), (client.Tx[0].Counters.Copied, client.Counter("copied")));
        client.Tx[0].Service();
    }
}
