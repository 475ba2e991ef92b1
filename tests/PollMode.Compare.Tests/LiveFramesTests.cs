using System.Diagnostics;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The kernel's generator: what it says it sent is what arrived, and a rate is kept without bursts that catch up.</summary>
public sealed class LiveFramesTests
{
    private const int FrameBytes = 64;

    private static int Core => CpuAffinity.Allowed[0];

    [Fact]
    public void A_flood_is_no_less_than_what_arrives()
    {
        using VethPair pair = MakePair();
        using var frames = new LiveFrames(pair.Far, FrameBytes, 0, Core);
        Await(() => Near(pair).Received > 0);

        long sent = frames.Stop();

        // A pair under a flood may lose frames: its queue has 256 places.
        Assert.InRange(Arrived(pair, sent), 1, sent);
    }

    [Fact]
    public void A_paced_stream_is_counted_to_the_frame_while_it_runs()
    {
        using VethPair pair = MakePair();
        using var frames = new LiveFrames(pair.Far, FrameBytes, 10_000, Core);
        Await(() => frames.Sent >= 1000 && Near(pair).Received > 0);
        Assert.InRange(Near(pair).Received, 1, long.MaxValue);

        long sent = frames.Stop();

        Assert.InRange(sent, 1000, long.MaxValue);
        Assert.Equal(sent, Arrived(pair, sent));
    }

    [Fact]
    public void A_paced_stream_is_never_faster_than_asked()
    {
        const double Rate = 20_000;
        using VethPair pair = MakePair();
        using var frames = new LiveFrames(pair.Far, FrameBytes, Rate, Core);
        Await(() => frames.Sent > 0);

        (long first, long start) = (frames.Sent, Stopwatch.GetTimestamp());
        Await(() => frames.Sent >= first + (Rate / 2));
        long sent = frames.Sent - first;
        double most = Stopwatch.GetElapsedTime(start).TotalSeconds * Rate;

        // Two bursts may be made up for, one may have begun before the first look, and one ends behind the last.
        Assert.InRange(sent, (long)(Rate / 2), (long)most + (4 * FramePacer.BurstFrames));
    }

    [Fact]
    public void A_generator_that_cannot_have_its_core_says_so_to_who_stops_it()
    {
        using VethPair pair = MakePair();
        using var frames = new LiveFrames(pair.Far, FrameBytes, 0, 1023);

        Assert.Contains("1023", Assert.Throws<PollModeException>(() => frames.Stop()).Message, StringComparison.Ordinal);
    }

    private static VethPair MakePair()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root, to make network namespaces");
        Assert.SkipUnless(VethPair.Needs.All(tool => tool.FullPath != null), "needs the programs 'ip' and 'ethtool'");
        return new VethPair();
    }

    private static Wire Near(VethPair pair) => new(pair.Near, VethPair.NearDevice);

    /// <summary>Frames at the other end once all are there, or no more come.</summary>
    private static long Arrived(VethPair pair, long sent)
    {
        long before = -1;
        Await(() =>
        {
            Thread.Sleep(50);
            return Near(pair).Received is var now && (now >= sent || now == Interlocked.Exchange(ref before, now));
        });
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
