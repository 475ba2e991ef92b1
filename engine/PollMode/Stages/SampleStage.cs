namespace PollMode;

/// <summary>
/// Lets one in N packets pass, the first one included, and drops the others under <see cref="SampledOut"/>. To look at a sample and forward
/// all the same, use a <see cref="MirrorStage"/> with an interval.
/// </summary>
public sealed class SampleStage : IStage
{
    /// <summary>The packet was not one of the sample.</summary>
    public static readonly DropReason SampledOut = DropReason.Register("sampled_out");

    private readonly int _interval;
    private int _untilNext;

    /// <summary>Makes the stage.</summary>
    /// <param name="interval">N: 1 lets all pass.</param>
    public SampleStage(int interval)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(interval);
        _interval = interval;
    }

    /// <inheritdoc/>
    public string Name => "sample";

    /// <inheritdoc/>
    public bool KeepsLengths => true;

    /// <inheritdoc/>
    public void Process(ref Burst burst)
    {
        for (int i = 0; i < burst.Count; i++)
        {
            if (_untilNext == 0)
            {
                _untilNext = _interval;
            }
            else
            {
                burst.Drop(i, SampledOut);
            }

            _untilNext--;
        }
    }
}
