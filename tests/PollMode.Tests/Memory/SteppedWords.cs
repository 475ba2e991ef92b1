using System.Runtime.CompilerServices;

namespace PollMode.Tests;

/// <summary>Shared words for a <see cref="BoardThread"/>, which is asked what each access finds.</summary>
internal readonly unsafe struct SteppedWords : ISharedWords
{
    public static ulong Read(ref readonly ulong word) => Ask(BoardAccess.Of.Read, in word, 0);

    public static void Or(ref ulong word, ulong bits) => Ask(BoardAccess.Of.Or, in word, bits);

    public static ulong Exchange(ref ulong word, ulong value) => Ask(BoardAccess.Of.Exchange, in word, value);

    // The board's words are no objects of the managed heap: they have addresses.
    private static ulong Ask(BoardAccess.Of kind, ref readonly ulong word, ulong operand) =>
        BoardThread.Ask(new BoardAccess(kind, (nint)Unsafe.AsPointer(ref Unsafe.AsRef(in word)), operand));
}
