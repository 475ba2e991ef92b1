using PollMode.Examples.Isolated;
using PollMode.Isolation;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>What goes wrong between app and data plane: libraries and programs that are none, and processes that end.</summary>
[Collection(typeof(IsolationCollection))]
public sealed class BorderTests(PublishedApp published)
{
    private static readonly EngineOptions Options = Planes.Options("null", "null:rx=0", "app:a");

    [Fact]
    public void ALibraryThatIsNoneIsRefused()
    {
        Assert.Contains("is not there; 'dotnet publish' of the app makes it", Refused(DataPlanePlace.InLibrary("/nowhere/plane.so")), StringComparison.Ordinal);
        Assert.Contains("cannot be loaded; publish it again", Refused(DataPlanePlace.InLibrary("/etc/hostname")), StringComparison.Ordinal);
        string zlib = Directory.EnumerateFiles("/usr/lib", "libz.so.1", SearchOption.AllDirectories).FirstOrDefault() ?? string.Empty;
        Assert.SkipWhen(zlib.Length == 0, "needs some other shared library: libz.so.1 (apt-get install zlib1g)");
        Assert.Contains("is no data plane: it does not export pollmode_version", Refused(DataPlanePlace.InLibrary(zlib)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALibraryOfAnotherVersionIsRefused()
    {
        string? compiler = Repository.Tool("clang") ?? Repository.Tool("gcc");
        Assert.SkipWhen(compiler == null, "needs a C compiler (apt-get install clang)");
        using var folder = new Folder();
        File.WriteAllText(folder.File("old.c"), "#include <string.h>\nint pollmode_version(char* to, int size) { return (int)strlen(strcpy(to, \"pollmode 1 0.0.1\")); }\n");
        using Run compile = await Run.Start(compiler, ["-shared", "-fPIC", "-o", folder.File("old.so"), folder.File("old.c")]).End();
        Assert.True(compile.ExitCode == 0, compile.Errors);
        Assert.Contains("built with another PollMode than the app ('pollmode 1 0.0.1' and 'pollmode", Refused(DataPlanePlace.InLibrary(folder.File("old.so"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProgramThatIsNoDataPlaneIsRefused()
    {
        Assert.Contains("is not there; the app's project must refer to", Refused(DataPlanePlace.InProcess("/nowhere/plane.dll")), StringComparison.Ordinal);
        Assert.Contains("has ended at once with code 0; its Main must be", Refused(DataPlanePlace.InProcess("/bin/true")), StringComparison.Ordinal);
        Assert.Contains("cannot be started", Refused(DataPlanePlace.InProcess("/etc/hostname")), StringComparison.Ordinal);

        using var folder = new Folder();
        File.WriteAllText(folder.File("talker"), "#!/bin/sh\nexec yes\n");
        using Run executable = await Run.Start("/bin/chmod", ["+x", folder.File("talker")]).End();
        Assert.Contains("is no data plane, for it speaks of something else", Refused(DataPlanePlace.InProcess(folder.File("talker"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheProgramStartedByHandSaysWhoseItIs()
    {
        using Run run = await Run.Start(Repository.DotNet, [published.Program]).End();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("is the data plane of an app", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProcessThatDiesIsHeardOfAndTheEngineCanBeClosed()
    {
        var heard = new Heard();
        int[] before = Companions.Of(published);
        using DataPlaneEngine engine = Planes.Make(published, Planes.Process, Options, observer: heard);
        engine.Open();
        DataPlaneLink link = engine.OpenLink("a");
        engine.Start();
        Assert.True(engine.Statistics.Workers.Count == 1);
        await Companions.Signal(Companions.New(published, before), "KILL");

        PollModeException fault = await Assert.ThrowsAsync<PollModeException>(() => engine.Completion.WaitAsync(Planes.Patience, TestContext.Current.CancellationToken));
        Assert.Contains("has ended by itself with code 137", fault.Message, StringComparison.Ordinal);
        Assert.Equal(EngineState.Closed, engine.State);
        Assert.Single(engine.Statistics.Workers);
        Assert.False(engine.Stop(TimeSpan.FromSeconds(1)));
        engine.Dispose();
        Assert.Same(fault, heard.Loss);
        Assert.Throws<InvalidOperationException>(() => link.TrySend([1, 2, 3]));
    }

    [Fact]
    public async Task AProcessThatStandsStillIsTakenForDead()
    {
        int[] before = Companions.Of(published);
        using var engine = new DataPlaneEngine(DataPlanePlace.InProcess(published.Program, TimeSpan.FromSeconds(4)), Options);
        engine.Open();
        engine.Start();
        int companion = Companions.New(published, before);
        await Companions.Signal(companion, "STOP");
        PollModeException fault = await Assert.ThrowsAsync<PollModeException>(() => engine.Completion.WaitAsync(Planes.Patience, TestContext.Current.CancellationToken));
        Assert.Contains("has not answered for 4 s and was killed", fault.Message, StringComparison.Ordinal);
        Assert.Equal(EngineState.Closed, engine.State);
        engine.Dispose();
        await Companions.WaitForEnd(published, companion);
    }

    [Fact]
    public async Task TheProcessEndsWithItsAppHoweverThatEnds()
    {
        int[] before = Companions.Of(published);
        using Run app = Run.Start(published.App, ["--PollMode:Isolation:Mode=Process", "--Seconds=600", "--Allocate=none", "--PollMode:Cores=0"]);
        await app.WaitFor("the data plane asks with");
        int companion = Companions.New(published, before);
        await app.Signal("KILL");
        await Companions.WaitForEnd(published, companion);
    }

    [Fact]
    public async Task ControlCIsTheAppsToHearAndItsEndIsOrderly()
    {
        int[] before = Companions.Of(published);

        // Through env, which undoes what a shell does to background jobs: it starts them with SIGINT ignored, and that is inherited.
        using Run app = Run.Start("/usr/bin/env", ["--default-signal=INT,TERM", published.App, "--PollMode:Isolation:Mode=Process", "--Seconds=600", "--Allocate=light", "--PollMode:Cores=0"]);
        await app.WaitFor("the data plane asks with");
        int companion = Companions.New(published, before);
        await Companions.Signal(companion, "INT");
        await Companions.Signal(companion, "TERM");
        await app.Signal("INT");
        await app.End();
        Assert.True(app.ExitCode == 0, app.Output + app.Errors);
        Assert.Contains("the data plane ran in a process of", app.Output, StringComparison.Ordinal);
        Assert.Contains(" 0 dropped", app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("has ended by itself", app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(companion, Companions.Of(published));
    }

    [Theory]
    [InlineData(Planes.Here)]
    [InlineData(Planes.Process)]
    [InlineData(Planes.Library)]
    public void NothingOfAnEngineIsLeftBehind(string place)
    {
        int[] companions = Companions.Of(published);
        for (int round = 0; round < 3; round++)
        {
            using DataPlaneEngine engine = Planes.Make(published, place, Options);
            engine.Open();
            engine.OpenTap(Plane.Samples);
            engine.OpenLink("a");
            engine.Start();
            Assert.NotEmpty(OfRings());
        }

        Assert.Empty(OfRings());
        Assert.Empty(Companions.Of(published).Except(companions));
        Assert.Throws<PollModeException>(() => Planes.Make(published, place, Planes.Options()));
        Assert.Empty(OfRings());
        Assert.Empty(Companions.Of(published).Except(companions));
    }

    [Fact]
    public void ThreadsMayReadStatisticsAndGiveCommandsWhileTheEngineIsClosed()
    {
        using DataPlaneEngine engine = Planes.Make(published, Planes.Process, Options);
        engine.Open();
        engine.Start();
        using var closing = new CountdownEvent(4);
        Thread[] readers = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 50 || engine.State != EngineState.Closed; i++)
            {
                Assert.Single(engine.Statistics.Workers);
                if (i == 50)
                {
                    closing.Signal();
                }
            }
        }))];
        Array.ForEach(readers, reader => reader.Start());
        Assert.True(closing.Wait(Planes.Patience, TestContext.Current.CancellationToken));
        engine.Dispose();
        Assert.All(readers, reader => Assert.True(reader.Join(Planes.Patience)));
        Assert.Throws<InvalidOperationException>(() => engine.Command(Plane.AskEvery, "5"));
    }

    private static string Refused(DataPlanePlace place) => Assert.Throws<PollModeException>(() => new DataPlaneEngine(place, Options)).Message;

    /// <summary>What this process has open or mapped of the memory of rings.</summary>
    private static string[] OfRings() =>
    [
        .. Directory.EnumerateFiles("/proc/self/fd").Select(file => new FileInfo(file).LinkTarget ?? string.Empty).Where(IsOfRings),
        .. File.ReadLines("/proc/self/maps").Where(IsOfRings),
    ];

    private static bool IsOfRings(string text) => text.Contains("memfd:pollmode-rings", StringComparison.Ordinal);
}
