namespace PollMode.Isolation;

/// <summary>
/// The way of frames out of an isolated data plane to the app: a stage for each worker copies frames into a ring in native memory, which
/// the app reads with <see cref="IsolatedTap"/>. Packets go on through the pipeline. A frame that finds the ring full is not copied, and counted.
/// </summary>
public sealed class FrameTap
{
    private readonly int _ringBytes;
    private readonly int _sampleEvery;
    private readonly List<FrameRing> _rings = [];

    internal FrameTap(string name, int ringBytes, int sampleEvery)
    {
        Name = name;
        _ringBytes = ringBytes;
        _sampleEvery = sampleEvery;
    }

    /// <summary>Its name in the app.</summary>
    public string Name { get; }

    internal IReadOnlyList<FrameRing> Rings => _rings;

    /// <summary>Makes the stage of one worker: the factory to give to <see cref="PipelineBuilder.Use(Func{IStage})"/>.</summary>
    public IStage CreateStage()
    {
        FrameRing ring = FrameRing.Allocate(_ringBytes);
        _rings.Add(ring);
        return new FrameTapStage(ring, _sampleEvery);
    }

    /// <summary>Frees the rings, when neither workers nor the app use them any more.</summary>
    internal void Free()
    {
        foreach (FrameRing ring in _rings)
        {
            ring.Free();
        }

        _rings.Clear();
    }
}
