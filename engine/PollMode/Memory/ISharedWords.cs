namespace PollMode;

/// <summary>
/// How a <see cref="HomeBoard"/> gets at the words that several threads use. The pool has <see cref="InterlockedWords"/>; a test has words that
/// stop at every access, and so takes the board's own code through every order of its steps. The JIT compiles the code once for each.
/// </summary>
internal interface ISharedWords
{
    /// <summary>Loads a word; what follows in program order comes after.</summary>
    static abstract ulong Read(ref readonly ulong word);

    /// <summary>Sets bits of a word in one step, which is a full fence.</summary>
    static abstract void Or(ref ulong word, ulong bits);

    /// <summary>Writes a word and tells what it was, in one step, which is a full fence.</summary>
    static abstract ulong Exchange(ref ulong word, ulong value);
}
