namespace PollMode.Drivers.AfXdp.Filtering;

/// <summary>Conditions that must all be met. A clause without any is met by every frame.</summary>
/// <param name="Terms">The conditions.</param>
/// <param name="IsException">True if frames that meet them go to the kernel, whatever else says.</param>
internal sealed record FilterClause(FilterTerm[] Terms, bool IsException)
{
    /// <summary>Whether a frame meets every condition.</summary>
    internal bool Matches(in FrameFacts facts)
    {
        foreach (FilterTerm term in Terms)
        {
            if (!term.Matches(in facts))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The clause as the parser reads it.</summary>
    public override string ToString() => (IsException ? "!" : string.Empty) + (Terms.Length == 0 ? "all" : string.Join('+', Terms));
}
