namespace PollMode.Examples.PacketGen;

/// <summary>An axis of a chart: a range of values, linear or logarithmic, its ticks, and where a value lies on it.</summary>
internal sealed class ChartAxis
{
    private const int MostTicks = 8;

    private readonly double _low;
    private readonly double _high;
    private readonly bool _isLog;

    private ChartAxis(double low, double high, bool isLog)
    {
        _low = low;
        _high = high;
        _isLog = isLog;
    }

    /// <summary>An axis from zero, or from the lowest value, to the next whole tick.</summary>
    public static ChartAxis Linear(IEnumerable<double> values, bool fromZero)
    {
        double low = fromZero ? 0 : values.DefaultIfEmpty(0).Min();
        double high = values.DefaultIfEmpty(1).Max();
        high = high > low ? high : low + 1;
        double step = Step(low, high);
        return new ChartAxis(Math.Floor(low / step) * step, fromZero ? Math.Ceiling(high / step * (1 - 1e-9)) * step : high, isLog: false);
    }

    /// <summary>An axis from a power of ten to another.</summary>
    public static ChartAxis Logarithmic(IEnumerable<double> values)
    {
        double low = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(values.DefaultIfEmpty(1).Min(), 1e-9))));
        double high = Math.Pow(10, Math.Ceiling(Math.Log10(Math.Max(values.DefaultIfEmpty(10).Max(), 1e-9))));
        return new ChartAxis(low, high > low ? high : low * 10, isLog: true);
    }

    /// <summary>Where a value lies: 0 at the low end, 1 at the high one.</summary>
    public double Share(double value) => _isLog ? Math.Log10(Math.Max(value, _low) / _low) / Math.Log10(_high / _low) : (value - _low) / (_high - _low);

    /// <summary>Round values to label.</summary>
    public IEnumerable<double> Ticks()
    {
        if (_isLog)
        {
            // Every power of ten, or every second or third if they are many.
            int powers = (int)Math.Round(Math.Log10(_high / _low));
            int each = (powers / MostTicks) + 1;
            for (int power = 0; power <= powers; power += each)
            {
                yield return _low * Math.Pow(10, power);
            }

            yield break;
        }

        double step = Step(_low, _high);
        for (double tick = Math.Ceiling(_low / step) * step; tick <= _high + (step / 1000); tick += step)
        {
            yield return tick;
        }
    }

    private static double Step(double low, double high)
    {
        double step = Math.Pow(10, Math.Floor(Math.Log10((high - low) / 4)));
        return step * ((high - low) / step > 12 ? 5 : (high - low) / step > 6 ? 2 : 1);
    }
}
