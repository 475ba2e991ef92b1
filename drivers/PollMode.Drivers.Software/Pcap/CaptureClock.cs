namespace PollMode.Drivers.Software;

/// <summary>Turns the timestamps of a pcapng interface into nanoseconds since 1970-01-01 UTC.</summary>
internal readonly struct CaptureClock
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    private readonly ulong _multiplier;
    private readonly ulong _divisor;
    private readonly int _binaryShift;
    private readonly long _offset;

    /// <summary>Takes an interface's options.</summary>
    /// <param name="resolution">if_tsresol: bit 7 clear, a negative power of ten; set, of two.</param>
    /// <param name="offsetSeconds">if_tsoffset: seconds to add.</param>
    internal CaptureClock(byte resolution, long offsetSeconds)
    {
        int exponent = resolution & 0x7F;
        _multiplier = 1;
        _divisor = 1;
        _binaryShift = -1;
        _offset = unchecked(offsetSeconds * (long)NanosecondsPerSecond);
        if ((resolution & 0x80) != 0)
        {
            _binaryShift = exponent;
        }
        else if (exponent <= 9)
        {
            _multiplier = PowerOfTen(9 - exponent);
        }
        else
        {
            // Units so small that even the largest count of them is less than a nanosecond: a divisor above any count gives zero.
            _divisor = exponent - 9 > 19 ? 0 : PowerOfTen(exponent - 9);
        }
    }

    /// <summary>Microseconds: what an interface without if_tsresol has.</summary>
    internal static CaptureClock Default { get; } = new(6, 0);

    internal long ToNanoseconds(ulong units)
    {
        if (_binaryShift >= 0)
        {
            return unchecked((long)(ulong)((UInt128)units * NanosecondsPerSecond >> _binaryShift) + _offset);
        }

        ulong nanoseconds = _divisor switch
        {
            0 => 0,
            1 => unchecked(units * _multiplier),
            _ => units / _divisor,
        };
        return unchecked((long)nanoseconds + _offset);
    }

    private static ulong PowerOfTen(int exponent)
    {
        ulong power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }
}
