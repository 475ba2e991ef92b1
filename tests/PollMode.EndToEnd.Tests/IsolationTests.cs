using PollMode.Isolation;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The data plane of examples/Isolated, published as a native library and loaded into this process.</summary>
public sealed class IsolationTests : IClassFixture<PublishedDataPlane>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly PublishedDataPlane _published;

    public IsolationTests(PublishedDataPlane published) => _published = published;

    [Fact]
    public async Task PacketsPassAndTheTapDeliversThemWhileTheAppCollects()
    {
        const long Frames = 200_000;
        const int Every = 10;
        using IsolatedEngine engine = Make([$"gen:size=128,flows=4,count={Frames}", "null:rx=0"], Every);
        engine.Open();
        Assert.Contains(engine.TakeEvents(), line => line.StartsWith("port 0 is gen:", StringComparison.Ordinal));
        IsolatedTap tap = engine.OpenTap("samples");
        Assert.Throws<InvalidOperationException>(() => engine.OpenTap("samples"));
        Task<long> reading = Task.Run(() => Read(tap), TestContext.Current.CancellationToken);

        int inside = engine.Runtime.Collections;
        int outside = GC.CollectionCount(0);
        engine.Start();
        while (!engine.Completion.IsCompleted || GC.CollectionCount(0) - outside < 100)
        {
            GC.Collect();
            await Task.Yield();
        }

        await engine.Completion;
        Assert.True(engine.Stop(Patience));
        long frames = await reading.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(inside, engine.Runtime.Collections);
        engine.Dispose();

        EngineStatistics end = engine.Statistics;
        Assert.Equal((Frames, Frames, 0), (end.RxPackets, end.TxPackets, end.PoolInFlight));
        Assert.Empty(end.Dropped);
        Assert.Equal((Frames / Every, frames), (tap.Offered, tap.Delivered));
        Assert.Equal(tap.Offered, tap.Delivered + tap.Dropped);
        Assert.True(frames > 0);
        Assert.Equal(0, end.Workers[0].Stalls.Of(StallCause.Collection).Count);
        Assert.Equal(EngineState.Closed, engine.State);
    }

    [Fact]
    public async Task ATapThatNobodyReadsHoldsUpNothing()
    {
        const long Frames = 100_000;
        using IsolatedEngine engine = Make([$"gen:size=1000,count={Frames}", "null:rx=0"], every: 1);
        engine.Open();
        IsolatedTap tap = engine.OpenTap("samples");
        _ = tap.OpenReader(pipeBytes: 4096);
        engine.Start();
        await engine.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.True(engine.Stop(Patience));
        engine.Dispose();
        Assert.Equal((Frames, Frames), (engine.Statistics.TxPackets, tap.Offered));
        Assert.True(tap.Dropped > 0 && tap.Delivered < Frames);
    }

    [Fact]
    public void WhatIsWrongIsSaidInASentenceAsInTheApp()
    {
        Assert.Contains("There is no driver 'nil'", Assert.Throws<PollModeException>(() =>
        {
            using IsolatedEngine engine = Make(["nil"]);
            engine.Open();
        }).Message, StringComparison.Ordinal);
        Assert.Contains("Ports is empty", Assert.Throws<PollModeException>(() => Make([])).Message, StringComparison.Ordinal);

        using IsolatedEngine early = Make(["null"]);
        Assert.Contains("needs the engine to be Opened", Assert.Throws<InvalidOperationException>(early.Start).Message, StringComparison.Ordinal);
        early.Open();
        Assert.Contains("it has samples", Assert.Throws<PollModeException>(() => early.OpenTap("other")).Message, StringComparison.Ordinal);
        Assert.Contains("of SampleEvery", Assert.Throws<PollModeException>(() => Make(["null"], every: 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALibraryThatIsNoneIsRefused()
    {
        var options = new EngineOptions { Ports = ["null"] };
        Assert.Contains("publish the project", Assert.Throws<PollModeException>(() => new IsolatedEngine("/nowhere/plane.so", options)).Message, StringComparison.Ordinal);
        string zlib = Directory.EnumerateFiles("/usr/lib", "libz.so.1", SearchOption.AllDirectories).FirstOrDefault() ?? string.Empty;
        Assert.SkipWhen(zlib.Length == 0, "needs some other shared library: libz.so.1 (apt-get install zlib1g)");
        Assert.Contains("is no data plane", Assert.Throws<PollModeException>(() => new IsolatedEngine(zlib, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EnginesFollowEachOtherInOneLibrary()
    {
        for (int round = 0; round < 3; round++)
        {
            using IsolatedEngine engine = Make(["null:rx=1000", "null:rx=0"]);
            using IsolatedEngine other = Make(["null:rx=500", "null:rx=0"]);
            engine.Open();
            other.Open();
            engine.Start();
            other.Start();
            await Task.WhenAll(engine.Completion, other.Completion).WaitAsync(Patience, TestContext.Current.CancellationToken);
            Assert.True(engine.Stop(Patience) && other.Stop(Patience));
            Assert.Equal((1000, 500), (engine.Statistics.TxPackets, other.Statistics.TxPackets));
        }
    }

    private static async Task<long> Read(IsolatedTap tap)
    {
        long frames = 0;
        await foreach (TapFrame frame in tap.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal((128, 0), (frame.Length, frame.Port));
            frames++;
        }

        return frames;
    }

    private IsolatedEngine Make(string[] ports, int every = 1000)
    {
        var options = new EngineOptions { Name = "isolated", Ports = [.. ports], Workers = 1, BuffersPerWorker = 1024, LargestPages = PageKind.Small4KiB };
        return new IsolatedEngine(_published.Library, options, new Dictionary<string, string>(StringComparer.Ordinal) { ["SampleEvery"] = $"{every}" });
    }
}
