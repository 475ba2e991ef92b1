namespace PollMode.Examples.Embedded;

/// <summary>A stage: keeps one packet in a thousand and drops the others under a reason of its own. Every worker has its own object.</summary>
internal sealed class OneInAThousand : IStage
{
    private static readonly DropReason NotSampled = DropReason.Register("not_sampled");

    private long _seen;

    /// <summary>It drops packets and changes none.</summary>
    public bool KeepsLengths => true;

    public void Process(ref Burst burst)
    {
        for (int i = 0; i < burst.Count; i++)
        {
            if (_seen++ % 1000 != 0)
            {
                burst.Drop(i, NotSampled);
            }
        }
    }
}
