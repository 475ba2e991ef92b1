namespace PollMode.Isolation;

/// <summary>One engine inside, with its ways to the app.</summary>
internal sealed class Session : IDisposable
{
    private readonly DataPlaneBuilder _plane;
    private readonly RingMemory _memory;

    internal Session(SessionRequest request, Action<DataPlaneBuilder> define, bool isOwnProcess)
    {
        CpuReservation.Grant(request.ReservedCpus);

        // One runtime of a process moves its threads, and the app's knows of all engines.
        request.Options.KeepOthersOffCores &= isOwnProcess;
        _memory = RingMemory.At(request.RingDescriptor);
        _plane = new DataPlaneBuilder(request.Settings, _memory);
        define(_plane);
        Engine = new Engine(request.Options, _plane.Drivers, _plane.BuildPipeline, Events);
        _ = Engine.Completion.ContinueWith(
            task => Events.Completed(task.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    internal Engine Engine { get; }

    internal EventQueue Events { get; } = new();

    public void Dispose()
    {
        Engine.Dispose();
        _memory.Dispose();
        Events.Close();
    }

    internal List<RingPlace> Tap(string name) => Opened(_plane.Taps, tap => tap.Name, "tap", name).Places;

    internal LinkPlaces Link(string name) => Opened(_plane.AppDriver.Ports, port => port.Device, "app port", name).Places;

    internal string Command(CommandRequest request) => _plane.Commands.TryGetValue(request.Name, out Func<string, string>? answer)
        ? answer(request.Argument)
        : throw None("command", request.Name, _plane.Commands.Keys);

    private T Opened<T>(IReadOnlyList<T> all, Func<T, string> nameOf, string what, string name)
        where T : class
    {
        if (Engine.State is EngineState.Created or EngineState.Closed)
        {
            throw new InvalidOperationException($"A {what} can be opened while the engine is open, and it is {Engine.State}.");
        }

        return all.FirstOrDefault(each => nameOf(each) == name) ?? throw None(what, name, all.Select(nameOf));
    }

    private static PollModeException None(string what, string name, IEnumerable<string> there) =>
        new($"The data plane has no {what} '{name}'; {(there.Any() ? $"it has {string.Join(", ", there)}" : "it has none")}.");
}
