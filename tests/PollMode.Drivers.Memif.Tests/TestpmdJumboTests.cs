using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>Frames of 9000 bytes through testpmd, in chains of buffers that are shorter than they are, in every combination of roles and zero-copy.</summary>
public sealed class TestpmdJumboTests
{
    private const int Jumbo = 9000;

    [Theory]
    [InlineData("role=client,zero_copy=on", "role=server")]
    [InlineData("role=client,zero_copy=off", "role=server")]
    [InlineData("role=server", "role=client,zero-copy=yes,bsize=2048")]
    [InlineData("role=server", "role=client,zero-copy=no,bsize=2048")]
    public void They_come_back_as_they_were_sent(string keys, string device)
    {
        string name = MemifPairTests.NewName();
        device = $"{device},id=0,rsize=10,socket={name[1..]},socket-abstract=yes";
        using Testpmd? server = keys == "role=server" ? null : new Testpmd(device);
        using var side = new MemifSide($"memif:{name},{keys}");
        using Testpmd? client = server == null ? new Testpmd(device) : null;
        side.WaitForLink();
        byte[][] frames = [.. Enumerable.Range(0, 700).Select(number => Traffic.Frame(number, Jumbo))];
        Traffic.AssertSame(frames, Traffic.Pass(side, side, frames, window: 100));
        Assert.Equal((frames.Length, frames.Length * (long)Jumbo), (side.Rx[0].Counters.Packets, side.Rx[0].Counters.Bytes));
        Assert.Equal(0, side.Counter("protocol_violations"));
    }

    /// <summary>
    /// What a copying client of DPDK 22.11 cannot: into a descriptor that was part of a chain it writes the length of a short frame and leaves
    /// the flag. Nothing is lost or invented, but the frames have grown together, and no server can tell.
    /// </summary>
    [Fact]
    public void A_copying_testpmd_client_melts_short_frames_that_follow_chains()
    {
        const int Short = 100;
        string name = MemifPairTests.NewName();
        using var side = new MemifSide($"memif:{name},role=server");
        using var peer = new Testpmd($"role=client,id=0,rsize=10,bsize=2048,zero-copy=no,socket={name[1..]},socket-abstract=yes");
        side.WaitForLink();

        // Five slots each: once around the ring of 1024, so that every slot has been in a chain, and the next four end where a chain ended.
        byte[][] chains = [.. Enumerable.Range(0, 240).Select(number => Traffic.Frame(number, Jumbo))];
        Traffic.AssertSame(chains, Traffic.Pass(side, side, chains, window: 100));
        byte[][] frames = [.. Enumerable.Range(0, 4).Select(number => Traffic.Frame(number, Short))];
        Assert.Equal(frames.Length, side.Tx[0].Send([.. frames.Select(frame => side.Make(frame))]));
        var arrived = new List<byte[]>();
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    side.Collect(arrived);
                    return arrived.Sum(frame => frame.Length) >= frames.Length * Short;
                },
                TimeSpan.FromSeconds(30)));
        Assert.SkipWhen(arrived.Count == frames.Length, "this version of DPDK no longer melts frames: the README's sentence about it can go");
        Assert.Equal(frames.SelectMany(frame => frame), Assert.Single(arrived));
        Assert.Equal(0, side.Counter("protocol_violations"));
    }

    /// <summary>
    /// Our buffers of 2048 bytes have room for 1920, and say so. A testpmd server cuts a frame of one longer buffer of its own accordingly.
    /// </summary>
    [Fact]
    public void A_testpmd_server_keeps_to_the_length_of_our_buffers()
    {
        const int Room = 1920;
        string name = MemifPairTests.NewName();
        using var peer = new Testpmd($"role=server,id=0,socket={name[1..]},socket-abstract=yes");
        using var side = new MemifSide($"memif:{name},zero_copy=on", bufferBytes: 2048);
        side.WaitForLink();
        byte[][] frames = [.. Enumerable.Range(Room, 129).Select(length => Traffic.Frame(length, length))];
        var arrived = new List<byte[]>();
        foreach (byte[] frame in frames)
        {
            // Into the headroom as well, so that it is one descriptor.
            int more = frame.Length - Room;
            Packet packet = side.Make(frame.AsSpan(more));
            Assert.True(packet.TryPrepend(more, out Span<byte> front));
            frame.AsSpan(0, more).CopyTo(front);
            Assert.True(SpinWait.SpinUntil(() => side.Tx[0].Send([packet]) == 1, TimeSpan.FromSeconds(30)));
            side.Collect(arrived);
        }

        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    side.Collect(arrived);
                    return arrived.Count >= frames.Length || side.Counter("protocol_violations") > 0;
                },
                TimeSpan.FromSeconds(30)));
        Assert.SkipWhen(side.Counter("protocol_violations") > 0, "this version of DPDK writes beyond the length of a buffer, which ends the connection, as the README says");
        Traffic.AssertSame(frames, arrived);
        Assert.Equal(frames.Length, side.Rx[0].Counters.Packets);
    }
}
