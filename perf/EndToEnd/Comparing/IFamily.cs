namespace PollMode.EndToEnd;

/// <summary>Comparisons of one kind, whose names begin with the family's.</summary>
internal interface IFamily
{
    /// <summary>One lower-case word.</summary>
    string Name { get; }

    /// <summary>What is compared, in one line.</summary>
    string Summary { get; }

    /// <summary>The comparisons, in the order of tables.</summary>
    IReadOnlyList<IComparison> Comparisons { get; }
}
