namespace PollMode.Drivers.Software;

/// <summary>
/// Chance that can be repeated: each fault of each queue has dice of its own, so that what one fault does to a frame does not depend on
/// which others are asked for.
/// </summary>
internal sealed class FaultDice
{
    private readonly ulong _threshold;
    private readonly bool _always;
    private ulong _state;

    /// <summary>Makes dice.</summary>
    /// <param name="seed">The user's seed.</param>
    /// <param name="stream">What tells these dice from others of the same seed: fault, queue and direction.</param>
    /// <param name="chance">Of <see cref="Roll"/> to be true: from 0 to 1.</param>
    internal FaultDice(long seed, int stream, double chance)
    {
        _state = Mix((ulong)seed) ^ Mix((ulong)stream + 1);
        _always = chance >= 1;
        _threshold = _always ? 0 : (ulong)(chance * ulong.MaxValue);
    }

    /// <summary>Whether it happens this time.</summary>
    internal bool Roll() => _always || (_threshold != 0 && Next() < _threshold);

    /// <summary>A number from zero to one below the limit.</summary>
    internal int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    /// <summary>SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): a counter in steps of the golden ratio, mixed.</summary>
    private ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
