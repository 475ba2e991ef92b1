using System.Collections.Concurrent;
using System.Text;

namespace PollMode.Isolation;

/// <summary>Answers what the app asks, however it comes. Engines are known by number: a wrong number is an error, and not a crash.</summary>
internal sealed class DataPlaneServer
{
    private static readonly TimeSpan EventPatience = TimeSpan.FromSeconds(1);
    private static readonly byte[] Nothing = [];

    private readonly Action<DataPlaneBuilder> _define;
    private readonly ConcurrentDictionary<long, Session> _sessions = new();
    private long _last;

    private DataPlaneServer(Action<DataPlaneBuilder> define) => _define = define;

    /// <summary>Whether this runtime is a process of its own. Otherwise the app's runtime keeps threads off the workers' CPUs, those of this one among them.</summary>
    internal bool IsOwnProcess { get; init; }

    internal static DataPlaneServer Of<TPlane>(bool ownProcess = false)
        where TPlane : IDataPlane, new() => new(static plane => new TPlane().Define(plane)) { IsOwnProcess = ownProcess };

    /// <summary>Answers one request.</summary>
    /// <exception cref="Exception">Whatever went wrong; the caller carries it over the border.</exception>
    internal byte[] Answer(BorderVerb verb, long session, ReadOnlySpan<byte> request) => verb switch
    {
        BorderVerb.Create => BorderJson.Write(Create(request), BorderJson.Default.Int64),
        BorderVerb.Open => Do(session, static each => each.Engine.Open()),
        BorderVerb.Start => Do(session, static each => each.Engine.Start()),
        BorderVerb.StopReceiving => Do(session, static each => each.Engine.StopReceiving()),
        BorderVerb.Stop => BorderJson.Write(Of(session).Engine.Stop(TimeSpan.FromMilliseconds(BorderJson.Read(request, BorderJson.Default.Int64))), BorderJson.Default.Boolean),
        BorderVerb.Dispose => BorderJson.Write(End(session), BorderJson.Default.SessionEnd),
        BorderVerb.State => BorderJson.Write((long)Of(session).Engine.State, BorderJson.Default.Int64),
        BorderVerb.Statistics => BorderJson.Write(Of(session).Engine.Statistics, BorderJson.Default.EngineStatistics),
        BorderVerb.WaitForEvents => Do(session, static each => each.Events.Wait(EventPatience)),
        BorderVerb.TakeEvents => BorderJson.Write(Of(session).Events.Take(), BorderJson.Default.ListEngineEvent),
        BorderVerb.Tap => BorderJson.Write(Of(session).Tap(Encoding.UTF8.GetString(request)), BorderJson.Default.ListRingPlace),
        BorderVerb.Link => BorderJson.Write(Of(session).Link(Encoding.UTF8.GetString(request)), BorderJson.Default.LinkPlaces),
        BorderVerb.Command => Encoding.UTF8.GetBytes(Of(session).Command(BorderJson.Read(request, BorderJson.Default.CommandRequest))),
        _ => throw new InvalidOperationException($"There is no request {verb}."),
    };

    /// <summary>Closes every engine: the app has gone.</summary>
    internal void Close()
    {
        foreach (long session in _sessions.Keys)
        {
            End(session);
        }
    }

    private long Create(ReadOnlySpan<byte> request)
    {
        long number = Interlocked.Increment(ref _last);
        _sessions[number] = new Session(BorderJson.Read(request, BorderJson.Default.SessionRequest), _define, IsOwnProcess);
        return number;
    }

    private SessionEnd End(long number)
    {
        Session session = Of(number);
        _sessions.TryRemove(number, out _);
        session.Dispose();
        return new SessionEnd { Statistics = session.Engine.Statistics, Events = session.Events.Take() };
    }

    private byte[] Do(long session, Action<Session> action)
    {
        action(Of(session));
        return Nothing;
    }

    private Session Of(long number) =>
        _sessions.TryGetValue(number, out Session? session) ? session : throw new InvalidOperationException("There is no such engine in the data plane; it was disposed.");
}
