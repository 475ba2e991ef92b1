using System.Buffers;
using PollMode.Examples.Isolated;
using PollMode.Isolation;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The data plane of examples/Isolated in the three places where it can run: the same packets, taps, links, commands and errors.</summary>
[Collection(typeof(IsolationCollection))]
public sealed class DataPlaneTests(PublishedApp published)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Planes.Here)]
    [InlineData(Planes.Process)]
    [InlineData(Planes.Library)]
    public async Task PacketsPassAndTheTapDeliversCopiesWhileTheAppCollects(string place)
    {
        const long Frames = 200_000;
        const int Every = 10;
        var heard = new Heard();
        using DataPlaneEngine engine = Planes.Make(published, place, Planes.Options($"gen:size=128,flows=4,count={Frames}", "null:rx=0", "app:unused"), Every, heard);
        engine.Open();
        Assert.Equal("gen:size=128,flows=4,count=200000", heard.Ports[0].Name);
        DataPlaneTap tap = engine.OpenTap(Plane.Samples);
        Assert.Same(tap, engine.OpenTap(Plane.Samples));
        engine.OpenLink("unused").Complete();
        engine.Command(Plane.AskEvery, "2000000000");
        Task<long> reading = Task.Run(() => Read(tap), Cancelled);

        int inside = engine.Statistics.Runtime.Collections;
        int outside = GC.CollectionCount(0);
        engine.Start();
        while (!engine.Completion.IsCompleted || GC.CollectionCount(0) - outside < 100)
        {
            GC.Collect();
            await Task.Yield();
        }

        await engine.Completion;
        Assert.True(engine.Stop(Planes.Patience));
        long frames = await reading.WaitAsync(Planes.Patience, Cancelled);
        int collected = engine.Statistics.Runtime.Collections - inside;
        engine.Dispose();

        EngineStatistics end = engine.Statistics;
        Assert.Equal((Frames, Frames, 0), (end.RxPackets, end.TxPackets, end.PoolInFlight));
        Assert.Empty(end.Dropped);
        Assert.Equal((Frames / Every, frames), (tap.Offered, tap.Delivered));
        Assert.Equal(tap.Offered, tap.Delivered + tap.Dropped);
        Assert.True(frames > 0);
        Assert.Equal(EngineState.Closed, engine.State);
        Assert.Equal(1, heard.Stops);
        if (place == Planes.Here)
        {
            Assert.True(collected >= 100);
        }
        else
        {
            // Out of reach: of the app's hundred collections the workers' runtime knows nothing. The library's is one for all tests of this process: what it
            // allocated for those before may make it collect here, once.
            Assert.InRange(collected, 0, place == Planes.Library ? 1 : 0);
            Assert.InRange(end.Workers[0].Stalls.Of(StallCause.Collection).Count, 0, collected);
        }
    }

    [Theory]
    [InlineData(Planes.Process)]
    [InlineData(Planes.Library)]
    public async Task ATapThatNobodyReadsHoldsUpNothing(string place)
    {
        const long Frames = 100_000;
        using DataPlaneEngine engine = Planes.Make(published, place, Planes.Options($"gen:size=1000,count={Frames}", "null:rx=0", "app:unused"), every: 1);
        engine.Open();
        DataPlaneTap tap = engine.OpenTap(Plane.Samples);
        engine.OpenLink("unused").Complete();
        engine.Command(Plane.AskEvery, "2000000000");
        _ = tap.OpenReader(pipeBytes: 4096);
        engine.Start();
        await engine.Completion.WaitAsync(Planes.Patience, Cancelled);
        Assert.True(engine.Stop(Planes.Patience));
        engine.Dispose();
        Assert.Equal((Frames, Frames), (engine.Statistics.TxPackets, tap.Offered));
        Assert.True(tap.Dropped > 0 && tap.Delivered < Frames);
    }

    [Theory]
    [InlineData(Planes.Here)]
    [InlineData(Planes.Process)]
    [InlineData(Planes.Library)]
    public async Task AppPortCarriesQuestionsAndAnswers(string place)
    {
        const int Frames = 50_000;
        const int Every = 100;
        EngineOptions options = Planes.Options($"gen:size=64,flows=1,count={Frames}", "null:rx=0", "app:questions,ring=65536");
        using DataPlaneEngine engine = Planes.Make(published, place, options);
        engine.Open();
        Assert.Equal($"asks with one frame of {Every}", engine.Command(Plane.AskEvery, $"{Every}"));
        DataPlaneLink link = engine.OpenLink("questions");
        engine.Start();
        Assert.Equal(LinkState.Up, engine.Statistics.Ports[2].Link);

        long questions = 0;
        await foreach (TapFrame frame in link.ReadAllAsync(Cancelled))
        {
            Assert.Equal(64, frame.Length);
            await link.SendAsync(frame.Bytes.ToArray(), cancellation: Cancelled);
            if (++questions == Frames / Every)
            {
                link.Complete();
                break;
            }
        }

        await engine.Completion.WaitAsync(Planes.Patience, Cancelled);
        Assert.True(engine.Stop(Planes.Patience));
        engine.Dispose();
        EngineStatistics end = engine.Statistics;
        Assert.Equal((Frames / Every, Frames / Every, Frames / Every), (link.Received, link.Sent, end.Ports[2].RxPackets));
        Assert.Equal((Frames / Every, Frames, 0), (end.Ports[2].TxPackets, end.Ports[1].TxPackets, end.PoolInFlight));
        Assert.Empty(end.Dropped);
        Assert.Throws<InvalidOperationException>(() => link.TrySend([1, 2, 3]));
    }

    [Theory]
    [InlineData(Planes.Here)]
    [InlineData(Planes.Process)]
    [InlineData(Planes.Library)]
    public void WhatIsWrongIsSaidInASentence(string place)
    {
        Assert.Contains("There is no driver 'nil'", Assert.Throws<PollModeException>(() =>
        {
            using DataPlaneEngine engine = Planes.Make(published, place, Planes.Options("nil"));
            engine.Open();
        }).Message, StringComparison.Ordinal);
        Assert.Contains("Ports is empty", Assert.Throws<PollModeException>(() => Planes.Make(published, place, Planes.Options())).Message, StringComparison.Ordinal);
        Assert.Contains("'0' is no number of frames", Assert.Throws<PollModeException>(() => Planes.Make(published, place, Planes.Options("null"), every: 0)).Message, StringComparison.Ordinal);

        using DataPlaneEngine early = Planes.Make(published, place, Planes.Options("null", "app:a"));
        Assert.Contains("needs the engine to be Opened", Assert.Throws<InvalidOperationException>(early.Start).Message, StringComparison.Ordinal);
        Assert.Contains("while the engine is open", Assert.Throws<InvalidOperationException>(() => early.OpenTap(Plane.Samples)).Message, StringComparison.Ordinal);
        early.Open();
        Assert.Contains("no tap 'other'; it has samples", Assert.Throws<PollModeException>(() => early.OpenTap("other")).Message, StringComparison.Ordinal);
        Assert.Contains("no app port 'b'; it has a", Assert.Throws<PollModeException>(() => early.OpenLink("b")).Message, StringComparison.Ordinal);
        Assert.Contains("no command 'halt'; it has ask-every", Assert.Throws<PollModeException>(() => early.Command("halt")).Message, StringComparison.Ordinal);
        Assert.Contains("'few' is no number", Assert.Throws<PollModeException>(() => early.Command(Plane.AskEvery, "few")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Planes.Here)]
    [InlineData(Planes.Process)]
    [InlineData(Planes.Library)]
    public async Task AStageThatThrowsAtItsStartEndsTheWorkerAndIsHeardOf(string place)
    {
        var heard = new Heard();
        using DataPlaneEngine engine = Planes.Make(published, place, Planes.Options("null", "null:rx=0"), observer: heard);
        engine.Open();
        engine.Start();
        PollModeException fault = await Assert.ThrowsAsync<DataPlaneException>(() => engine.Completion.WaitAsync(Planes.Patience, Cancelled));
        Assert.Contains("none of the ports is one; add it", fault.Message, StringComparison.Ordinal);
        Assert.Contains("AskTheApp", fault.ToString(), StringComparison.Ordinal);
        engine.Dispose();
        Assert.Equal((0, fault.Message), (Assert.Single(heard.WorkerFaults).Worker, heard.WorkerFaults[0].Fault.Message));
    }

    [Theory]
    [InlineData(Planes.Process)]
    [InlineData(Planes.Library)]
    public async Task EnginesLiveBesideAndAfterEachOther(string place)
    {
        for (int round = 0; round < 2; round++)
        {
            using DataPlaneEngine engine = Planes.Make(published, place, Planes.Options("null:rx=1000", "null:rx=0", "app:a"));
            using DataPlaneEngine other = Planes.Make(published, place, Planes.Options("null:rx=500", "null:rx=0", "app:a"));
            foreach (DataPlaneEngine each in (DataPlaneEngine[])[engine, other])
            {
                each.Open();
                each.Command(Plane.AskEvery, "2000000000");
                each.OpenLink("a").Complete();
                each.Start();
            }

            await Task.WhenAll(engine.Completion, other.Completion).WaitAsync(Planes.Patience, Cancelled);
            Assert.True(engine.Stop(Planes.Patience) && other.Stop(Planes.Patience));
            Assert.Equal((1000, 500), (engine.Statistics.TxPackets, other.Statistics.TxPackets));
        }
    }

    private static async Task<long> Read(DataPlaneTap tap)
    {
        long frames = 0;
        await foreach (TapFrame frame in tap.ReadAllAsync(Cancelled))
        {
            Assert.Equal((128, 0), (frame.Length, frame.Port));
            frames++;
        }

        return frames;
    }
}
