namespace PollMode.Tests;

/// <summary>What a thread does to a shared word: loads it, sets bits of it, or exchanges it.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Word">The word's address: its name, for what it holds is the explorer's.</param>
/// <param name="Operand">Bits to set, or what to write.</param>
internal readonly record struct BoardAccess(BoardAccess.Of Kind, nint Word, ulong Operand)
{
    internal enum Of
    {
        Read,
        Or,
        Exchange,
    }

    /// <summary>What the word holds afterwards.</summary>
    internal ulong Apply(ulong word) => Kind switch
    {
        Of.Read => word,
        Of.Or => word | Operand,
        _ => Operand,
    };
}
