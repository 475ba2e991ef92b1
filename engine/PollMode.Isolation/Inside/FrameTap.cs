namespace PollMode.Isolation;

/// <summary>
/// A way of frames out of a data plane to the app: a stage for each worker copies frames into a ring in shared memory, which
/// the app reads with <see cref="DataPlaneTap"/>. Packets go on through the pipeline. A frame that finds the ring full is not copied, and counted;
/// before the app has opened the tap nothing is copied or counted.
/// </summary>
public sealed class FrameTap
{
    private readonly int _ringBytes;
    private readonly int _sampleEvery;
    private readonly RingMemory _memory;

    internal FrameTap(string name, int ringBytes, int sampleEvery, RingMemory memory)
    {
        Name = name;
        _ringBytes = ringBytes;
        _sampleEvery = sampleEvery;
        _memory = memory;
    }

    /// <summary>Its name in the app.</summary>
    public string Name { get; }

    /// <summary>Where the rings of the workers are.</summary>
    internal List<RingPlace> Places { get; } = [];

    /// <summary>Makes the stage of one worker: the factory to give to <see cref="PipelineBuilder.Use(Func{IStage})"/>.</summary>
    public IStage CreateStage()
    {
        Places.Add(_memory.Make(_ringBytes, out FrameRing ring));
        return new FrameTapStage(ring, _sampleEvery);
    }
}
