using System.Runtime.CompilerServices;

namespace PollMode;

/// <summary>Words in memory, by the processor's own instructions.</summary>
internal readonly struct InterlockedWords : ISharedWords
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(ref readonly ulong word) => Volatile.Read(in word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Or(ref ulong word, ulong bits) => Interlocked.Or(ref word, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Exchange(ref ulong word, ulong value) => Interlocked.Exchange(ref word, value);
}
