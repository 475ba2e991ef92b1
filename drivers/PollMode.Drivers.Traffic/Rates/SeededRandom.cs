namespace PollMode.Drivers.Traffic;

/// <summary>Chance that can be repeated: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). One number costs a few instructions.</summary>
internal struct SeededRandom
{
    private ulong _state;

    /// <summary>Starts a sequence.</summary>
    /// <param name="seed">The user's seed.</param>
    /// <param name="stream">What tells sequences of one seed apart.</param>
    internal SeededRandom(long seed, int stream) => _state = Mix((ulong)seed) ^ Mix((ulong)stream + 0x51);

    internal ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>A number from zero to one below the limit.</summary>
    internal ulong Below(ulong limit) => Math.BigMul(Next(), limit, out _);

    /// <summary>An exponentially distributed number with mean one.</summary>
    internal double Exponential() => -Math.Log(((Next() >> 11) + 1) * (1.0 / (1UL << 53)));

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
