namespace PollMode.EndToEnd;

/// <summary>
/// Shared memory between two processes, each polling on a core of its own. The server listens and is started first; the client makes the
/// rings. One way, with PollMode in one role, the other, or both, and two receivers of what it sends; and a forwarder between two of them.
/// </summary>
internal sealed class MemifFamily : IFamily
{
    /// <summary>The long frames where nothing is copied: with copies they measure memcpy.</summary>
    private static readonly int[] Sizes = [64, 1518];

    public string Name => "memif";

    public string Summary => "shared memory between two processes, on a core each";

    public IReadOnlyList<IComparison> Comparisons { get; } =
    [
        .. from role in Enum.GetValues<MemifRole>() from zeroCopy in new[] { true, false } from size in Sizes where zeroCopy || size == Sizes[0] select Compare(role, zeroCopy, size),
        .. new[] { MemifRole.Send, MemifRole.Receive, MemifRole.Both }.Select(role => Compare(role, zeroCopy: true, Sizes[1], forwards: true)),
    ];

    private static IComparison Compare(MemifRole role, bool zeroCopy, int size, bool forwards = false)
    {
        string name = $"memif-{role.ToString().ToLowerInvariant()}-{(zeroCopy ? "zerocopy" : "copy")}{(size == Sizes[0] ? "" : $"-size{size}")}{(forwards ? "-null" : "")}";
        return role == MemifRole.Forward ? new MemifForwardComparison(name, zeroCopy, size) : new MemifComparison(name, role, zeroCopy, size, forwards);
    }
}
