using System.Numerics;
using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Traffic;

/// <summary>
/// A histogram of times with a relative error below 0.8 %, from one nanosecond to hours: for each power of two as many linear buckets, as
/// in HdrHistogram. Written by one thread without an allocation, read by any.
/// </summary>
public sealed class LogLinearHistogram
{
    private const int SubBits = 8;
    private const int SubBuckets = 1 << SubBits;
    private const int LargestBits = 46;

    private readonly long[] _counts = new long[(LargestBits - SubBits + 1) * (SubBuckets / 2) + (SubBuckets / 2)];
    private long _total;
    private long _minimum = long.MaxValue;
    private long _maximum;
    private double _sum;

    /// <summary>Values recorded.</summary>
    public long Count => Volatile.Read(ref _total);

    /// <summary>The smallest value, exactly; zero when there is none.</summary>
    public long Minimum => Count == 0 ? 0 : Volatile.Read(ref _minimum);

    /// <summary>The largest value, exactly.</summary>
    public long Maximum => Volatile.Read(ref _maximum);

    /// <summary>The mean, exactly.</summary>
    public double Mean => Count == 0 ? 0 : Volatile.Read(ref _sum) / Count;

    /// <summary>Records a value; one below zero counts as zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Record(long value) => Record(value, 1);

    /// <summary>Records a value several times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Record(long value, long times)
    {
        value = Math.Max(value, 0);
        _counts[IndexOf(value)] += times;
        _total += times;
        _sum += (double)value * times;
        if (value < _minimum)
        {
            _minimum = value;
        }

        if (value > _maximum)
        {
            _maximum = value;
        }
    }

    /// <summary>Adds everything that another histogram holds.</summary>
    public void Add(LogLinearHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += Volatile.Read(ref other._counts[i]);
        }

        _total += other.Count;
        _sum += Volatile.Read(ref other._sum);
        _minimum = Math.Min(_minimum, Volatile.Read(ref other._minimum));
        _maximum = Math.Max(_maximum, other.Maximum);
    }

    /// <summary>A copy, taken while another thread may be writing: then it is a moment old here and there.</summary>
    public LogLinearHistogram Copy()
    {
        var copy = new LogLinearHistogram();
        copy.Add(this);
        return copy;
    }

    /// <summary>The value that a percentage of all values do not exceed, as the upper end of its bucket; the exact maximum at the end.</summary>
    /// <param name="percentile">From 0 to 100.</param>
    public long ValueAt(double percentile)
    {
        long total = Count;
        if (total == 0)
        {
            return 0;
        }

        long rank = Math.Max(1, (long)Math.Ceiling(total * Math.Min(percentile, 100) / 100 - 1e-9));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += Volatile.Read(ref _counts[i]);
            if (seen >= rank)
            {
                return Math.Clamp(UpperOf(i), Minimum, Maximum);
            }
        }

        return Maximum;
    }

    /// <summary>The buckets that hold something: upper end and count, ascending.</summary>
    public IReadOnlyList<(long Value, long Count)> Buckets()
    {
        var buckets = new List<(long Value, long Count)>();
        for (int i = 0; i < _counts.Length; i++)
        {
            long count = Volatile.Read(ref _counts[i]);
            if (count > 0)
            {
                buckets.Add((UpperOf(i), count));
            }
        }

        return buckets;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IndexOf(long value)
    {
        if (value < SubBuckets)
        {
            return (int)value;
        }

        // The top SubBits bits say which linear bucket, the position of the first of them says which power.
        int power = Math.Min(BitOperations.Log2((ulong)value), LargestBits - 1) - SubBits + 1;
        long sub = Math.Min(value >> power, SubBuckets - 1);
        return (power * (SubBuckets / 2)) + (int)sub;
    }

    private static long UpperOf(int index)
    {
        if (index < SubBuckets)
        {
            return index;
        }

        int power = (index / (SubBuckets / 2)) - 1;
        long sub = index - (power * (SubBuckets / 2));
        return ((sub + 1) << power) - 1;
    }
}
