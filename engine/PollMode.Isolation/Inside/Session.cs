using System.Collections.Concurrent;

namespace PollMode.Isolation;

/// <summary>One engine inside, known to the app by a number: a wrong number is an error, and not a crash.</summary>
internal sealed class Session : IDisposable
{
    private static readonly ConcurrentDictionary<nint, Session> All = new();
    private static long _last;

    private readonly DataPlaneBuilder _plane;

    internal Session(SessionRequest request)
    {
        CpuReservation.Grant(request.ReservedCpus);
        _plane = DataPlane.Build(request.Settings);
        Engine = new Engine(request.Options, _plane.Drivers, _plane.BuildPipeline, Events);
        Number = (nint)Interlocked.Increment(ref _last);
        All[Number] = this;
    }

    internal nint Number { get; }

    internal Engine Engine { get; }

    internal EventLines Events { get; } = new();

    internal SessionStatistics Statistics => new() { Engine = Engine.Statistics, Runtime = Engine.Statistics.Runtime };

    public void Dispose()
    {
        All.TryRemove(Number, out _);
        Engine.Dispose();
        foreach (FrameTap tap in _plane.Taps)
        {
            tap.Free();
        }
    }

    internal static Session Of(nint number) =>
        All.TryGetValue(number, out Session? session) ? session : throw new InvalidOperationException("There is no such engine in the data plane; it was disposed.");

    internal FrameTap Tap(string name) =>
        _plane.Taps.FirstOrDefault(tap => tap.Name == name)
        ?? throw new PollModeException($"The data plane has no tap '{name}'; {(_plane.Taps.Count == 0 ? "it has none" : $"it has {string.Join(", ", _plane.Taps.Select(tap => tap.Name))}")}.");
}
