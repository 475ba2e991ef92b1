using System.Diagnostics;
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
        int[] before = Companions();
        using DataPlaneEngine engine = Planes.Make(published, Planes.Process, Options, observer: heard);
        engine.Open();
        DataPlaneLink link = engine.OpenLink("a");
        engine.Start();
        Assert.True(engine.Statistics.Workers.Count == 1);
        using (Process companion = Process.GetProcessById(Assert.Single(Companions().Except(before))))
        {
            companion.Kill();
        }

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
    public async Task TheProcessEndsWithItsAppHoweverThatEnds()
    {
        int[] before = Companions();
        using Run app = Run.Start(published.App, ["--PollMode:Isolation:Mode=Process", "--Seconds=600", "--Allocate=none", "--PollMode:Cores=0"]);
        await app.WaitFor("the data plane asks with");
        int companion = Assert.Single(Companions().Except(before));
        await app.Signal("KILL");
        var clock = Stopwatch.StartNew();
        while (Companions().Contains(companion))
        {
            Assert.True(clock.Elapsed < Planes.Patience, "the data plane's process is still there");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
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

    /// <summary>The processes of the published data plane.</summary>
    private int[] Companions() =>
        [.. Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out int id) ? id : 0).Where(id => id > 0 && IsCompanion(id))];

    private bool IsCompanion(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Contains($"{published.Program}\0--pollmode-companion", StringComparison.Ordinal);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
