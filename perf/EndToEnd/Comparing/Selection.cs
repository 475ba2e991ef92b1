namespace PollMode.EndToEnd;

/// <summary>Which comparisons a command line means.</summary>
internal static class Selection
{
    /// <summary>
    /// The comparison of that name, or else all whose names begin so; without names all. Slow ones run only when asked for by their whole name.
    /// </summary>
    /// <exception cref="PollModeException">A name begins no comparison's.</exception>
    internal static IReadOnlyList<IComparison> Of(IReadOnlyList<IComparison> all, IReadOnlyList<string> names)
    {
        var chosen = new HashSet<IComparison>();
        foreach (string name in names.Count > 0 ? names : [""])
        {
            IComparison[] meant = [.. all.Where(each => each.Name == name)];
            if (meant.Length == 0)
            {
                meant = [.. all.Where(each => each.WhySlow == null && each.Name.StartsWith(name, StringComparison.Ordinal))];
            }

            if (meant.Length == 0)
            {
                throw new PollModeException($"No comparison is called '{name}' or begins so; 'compare --list' shows them.");
            }

            chosen.UnionWith(meant);
        }

        return [.. all.Where(chosen.Contains)];
    }

    /// <summary>What the README shows in front, so that it has most runs when time runs out.</summary>
    internal static IReadOnlyList<IComparison> HeadlinesFirst(IEnumerable<IComparison> comparisons) => [.. comparisons.OrderBy(each => !Families.Headlines.Contains(each.Name))];
}
