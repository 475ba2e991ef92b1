using PollMode.Wire;

namespace PollMode;

/// <summary>
/// Passes or drops packets by EtherType, IP protocol, address prefix and transport port. The first rule that matches decides; if none does,
/// the default. Of a chain, the first buffer is looked at.
/// </summary>
public sealed class FilterStage : IStage
{
    private readonly FilterRule[] _rules;
    private readonly FilterAction _otherwise;

    /// <summary>Makes the stage.</summary>
    /// <param name="otherwise">What becomes of packets that no rule matches.</param>
    /// <param name="rules">The rules, in order. Rules are passive data: workers may share them.</param>
    public FilterStage(FilterAction otherwise, params IEnumerable<FilterRule> rules)
    {
        _otherwise = otherwise;
        _rules = [.. rules];
    }

    /// <inheritdoc/>
    public string Name => "filter";

    /// <inheritdoc/>
    public bool KeepsLengths => true;

    /// <inheritdoc/>
    public void Process(ref Burst burst)
    {
        for (int i = 0; i < burst.Count; i++)
        {
            if (Decide(burst[i].Span) == FilterAction.Drop)
            {
                burst.Drop(i, DropReason.Filtered);
            }
        }
    }

    private FilterAction Decide(ReadOnlySpan<byte> frame)
    {
        var layers = PacketLayers.Parse(frame);
        foreach (FilterRule rule in _rules)
        {
            if (rule.Matches(frame, in layers))
            {
                return rule.Action;
            }
        }

        return _otherwise;
    }
}
