using System.Diagnostics;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The kernel's generator: what it says it sent is what arrived, and a rate is kept without bursts that catch up.</summary>
public sealed class LiveFramesTests
{
    private const int FrameBytes = 64;

    [Fact]
    public void A_flood_is_no_less_than_what_arrives()
    {
        using VethPair pair = MakePair();
        using var frames = new LiveFrames(pair.Far, FrameBytes, 0, 0);
        Await(() => Near(pair).Received > 0);

        long sent = frames.Stop();

        // A pair under a flood may lose frames: its queue has 256 places.
        Assert.InRange(Arrived(pair, sent), 1, sent);
    }

    [Fact]
    public void A_paced_stream_is_counted_to_the_frame_while_it_runs()
    {
        using VethPair pair = MakePair();
        using var frames = new LiveFrames(pair.Far, FrameBytes, 100_000, 0);
        Await(() => frames.Sent >= 1000);
        Assert.InRange(Near(pair).Received, 1, long.MaxValue);

        long sent = frames.Stop();

        Assert.Equal(sent, Arrived(pair, sent));
    }

    [Fact]
    public void A_paced_stream_is_never_faster_than_asked()
    {
        const double Rate = 20_000;
        using VethPair pair = MakePair();
        long start = Stopwatch.GetTimestamp();
        using var frames = new LiveFrames(pair.Far, FrameBytes, Rate, 0);
        Await(() => frames.Sent >= 2000);

        long sent = frames.Stop();
        double most = Stopwatch.GetElapsedTime(start).TotalSeconds * Rate;

        // The first burst comes at once, and two may be made up for.
        Assert.InRange(sent, 2000, (long)most + (4 * FramePacer.BurstFrames));
    }

    private static VethPair MakePair()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root, to make network namespaces");
        Assert.SkipUnless(VethPair.Needs.All(tool => tool.FullPath != null), "needs the programs 'ip' and 'ethtool'");
        return new VethPair();
    }

    private static Wire Near(VethPair pair) => new(pair.Near, VethPair.NearDevice);

    /// <summary>Frames at the other end once no more come: those on their way when the generator ends arrive within milliseconds.</summary>
    private static long Arrived(VethPair pair, long sent)
    {
        Await(() => Near(pair).Received >= sent);
        return Near(pair).Received;
    }

    private static void Await(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition() && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10))
        {
            Thread.Sleep(1);
        }
    }
}
