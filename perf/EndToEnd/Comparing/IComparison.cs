namespace PollMode.EndToEnd;

/// <summary>
/// One question: who does this piece of work faster? A family (one class in Families) makes the comparisons of its kind; the
/// <see cref="ComparisonRunner"/> has each contender measured in turn, several times.
/// </summary>
internal interface IComparison
{
    /// <summary>What it is called on the command line, the family first: <c>null-io-burst8</c>.</summary>
    string Name { get; }

    /// <summary>What is done, in one line.</summary>
    string Summary { get; }

    /// <summary>What contenders are ranked by. Others may be measured besides.</summary>
    Quantity Ranks { get; }

    /// <summary>What a reader must know before he believes the ratio: that something else than the engine is the limit, what differs. Null if nothing.</summary>
    string? Caveat { get; }

    /// <summary>PollMode first; each of the others is a peer, and gets a ratio.</summary>
    IReadOnlyList<Contender> Contenders { get; }

    /// <summary>Places of this comparison on charts: one of a series by burst size, by frame size.</summary>
    IReadOnlyList<SweepPoint> Points => [];

    /// <summary>Whether packets cross from one core to another, so that the distance between the two matters: <see cref="CorePlacement"/>.</summary>
    bool CrossesCores => false;

    /// <summary>Why it takes more than a minute; such a comparison runs only when asked for by name. Null if it does not.</summary>
    string? WhySlow => null;
}
