using PollMode.Isolation;

namespace PollMode.Latency;

/// <summary>An app with an engine, a process of its own: allocates, and does what it is told by its standard input, line by line, until that ends.</summary>
internal sealed class EngineHost : IDisposable
{
    /// <summary>What it prints once the worker runs.</summary>
    internal const string Ready = "the worker runs";

    /// <summary>The line that asks what has happened.</summary>
    internal const string Look = "look";

    private readonly DataPlaneEngine _engine;
    private StallStatistics _stalls = new();
    private int _collections;

    private EngineHost(HostOptions options) => _engine = new DataPlaneEngine(PlaceOf(options.Mode), new EngineOptions
    {
        Name = "latency",
        Ports = [.. options.Ports],
        Egress = [.. options.Egress],
        Workers = 1,
        Cores = $"{options.Core}",
        RealTimePriority = options.RealTime,
        Idle = IdleKind.BusySpin,
        SendRetries = 1000,
        KeepOthersOffCores = options.Core == options.OffCore,
    });

    /// <summary>Where the build puts the library.</summary>
    internal static string LibraryPath => Beside(".so");

    public void Dispose() => _engine.Dispose();

    internal static int Run(HostOptions options)
    {
        using CpuReservation? off = options.Core == options.OffCore ? null : CpuReservation.Take([options.OffCore]);
        using var host = new EngineHost(options);
        host._engine.Open();
        host._engine.Start();
        using var allocator = new Allocator(options.Allocation);
        Console.WriteLine(Ready);
        while (Console.ReadLine() is { Length: > 0 } line)
        {
            Console.WriteLine(host.Answer(line == Look ? null : Figures.Read(host._engine.Command(LatencyPlane.Measure, line))).ToLine());
        }

        return 0;
    }

    private static DataPlanePlace PlaceOf(Mode mode) => mode switch
    {
        Mode.Library => DataPlanePlace.InLibrary(LibraryPath),
        Mode.Process => DataPlanePlace.InProcess(Beside(".dll")),
        _ => DataPlanePlace.InThisRuntime<LatencyPlane>(),
    };

    private static string Beside(string extension) => Path.Combine(AppContext.BaseDirectory, typeof(LatencyPlane).Assembly.GetName().Name + extension);

    private HostAnswer Answer(Figures? figures)
    {
        StallStatistics now = _engine.Statistics.Workers[0].Stalls;
        StallStatistics before = _stalls;
        int collections = GC.CollectionCount(0);
        (StallCause Cause, long Count)[] causes = [.. now.Causes.Select(each => (each.Cause, each.Count - before.Of(each.Cause).Count)).Where(each => each.Item2 > 0)];
        var answer = new HostAnswer(
            figures,
            collections - _collections,
            now.Of(StallCause.Collection).Count - before.Of(StallCause.Collection).Count,
            now.Count - before.Count - (now.Of(StallCause.Collection).Count - before.Of(StallCause.Collection).Count),
            string.Join(", ", causes.Select(each => $"{each.Cause} {each.Count}")));
        _stalls = now;
        _collections = collections;
        return answer;
    }
}
