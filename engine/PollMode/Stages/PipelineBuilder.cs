namespace PollMode;

/// <summary>The stages that every worker runs, in order. Each worker gets objects of its own, made by the factories given here.</summary>
public sealed class PipelineBuilder
{
    private readonly List<Func<IStage>> _factories = [];

    /// <summary>Adds a stage with a constructor that takes nothing.</summary>
    public PipelineBuilder Use<TStage>()
        where TStage : IStage, new() => Use(static () => new TStage());

    /// <summary>Adds a stage made by a factory, called once for each worker. A factory that gives the same object twice shares it between threads.</summary>
    public PipelineBuilder Use(Func<IStage> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _factories.Add(factory);
        return this;
    }

    internal IReadOnlyList<IStage> Build() => [.. _factories.Select(factory => factory())];
}
