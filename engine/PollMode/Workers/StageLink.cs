namespace PollMode;

/// <summary>
/// A stage of a worker and the one behind it. A chain is walked without an index that would have to be kept across the call of each stage: with one stage and
/// bursts of one packet that was a cycle for each.
/// </summary>
internal sealed class StageLink
{
    private StageLink(IStage stage, StageLink? next)
    {
        Stage = stage;
        Next = next;
    }

    internal IStage Stage { get; }

    internal StageLink? Next { get; }

    /// <summary>Links stages in their order.</summary>
    /// <returns>The first; null when there is none.</returns>
    internal static StageLink? Chain(IReadOnlyList<IStage> stages)
    {
        StageLink? first = null;
        for (int index = stages.Count - 1; index >= 0; index--)
        {
            first = new StageLink(stages[index], first);
        }

        return first;
    }
}
