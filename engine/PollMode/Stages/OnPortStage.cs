namespace PollMode;

/// <summary>Runs a stage on the bursts of one port and leaves those of the others alone: for pipelines whose workers poll several ports.</summary>
public sealed class OnPortStage : IStage
{
    private readonly int _port;
    private readonly IStage _stage;

    /// <summary>Makes the stage.</summary>
    /// <param name="port">Index of the port by which the bursts came in.</param>
    /// <param name="stage">The stage to run on them: an object of this worker's own.</param>
    public OnPortStage(int port, IStage stage)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentNullException.ThrowIfNull(stage);
        _port = port;
        _stage = stage;
    }

    /// <inheritdoc/>
    public string Name => $"{_stage.Name}@{_port}";

    /// <inheritdoc/>
    public bool KeepsLengths => _stage.KeepsLengths;

    /// <inheritdoc/>
    public void Start(StageContext context) => _stage.Start(context);

    /// <inheritdoc/>
    public void Process(ref Burst burst)
    {
        if (burst.RxPort == _port)
        {
            _stage.Process(ref burst);
        }
    }
}
