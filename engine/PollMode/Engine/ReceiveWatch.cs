using System.Diagnostics;

namespace PollMode;

/// <summary>
/// Keeps the rate of each receive queue, and tells frames that a device lost around a stall of the worker from those it lost otherwise.
/// On the monitor's thread; allocates nothing after construction.
/// </summary>
internal sealed class ReceiveWatch
{
    /// <summary>Rates are taken over so long: long enough to be steady, short enough to be of now.</summary>
    private static readonly TimeSpan RatePeriod = TimeSpan.FromMilliseconds(200);

    private readonly Worker[] _workers;
    private readonly long[] _stalls;
    private readonly long[][] _packets;
    private readonly long[][] _dropped;
    private long _ratesAt = Stopwatch.GetTimestamp();

    internal ReceiveWatch(Worker[] workers)
    {
        _workers = workers;
        _stalls = new long[workers.Length];
        _packets = [.. workers.Select(worker => new long[worker.Receive.Length])];
        _dropped = [.. workers.Select(worker => new long[worker.Receive.Length])];
    }

    internal void Look()
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_ratesAt);
        bool rates = elapsed >= RatePeriod;
        foreach (Worker worker in _workers)
        {
            // Read before the drops: a stall that ends in between is seen with the next look.
            long stalls = worker.Stalls.Count;
            long lost = 0;
            for (int i = 0; i < worker.Receive.Length; i++)
            {
                RxBinding binding = worker.Receive[i];
                lost += Advance(ref _dropped[worker.Index][i], Volatile.Read(ref binding.Queue.Counters.Dropped));
                if (rates)
                {
                    long packets = Advance(ref _packets[worker.Index][i], Volatile.Read(ref binding.Queue.Counters.Packets));
                    binding.Rate.PacketsPerSecond = packets / elapsed.TotalSeconds;
                }
            }

            if (Advance(ref _stalls[worker.Index], stalls) > 0)
            {
                worker.Stalls.AddDropped(lost);
            }
        }

        if (rates)
        {
            _ratesAt = Stopwatch.GetTimestamp();
        }
    }

    private static long Advance(ref long seen, long now)
    {
        long difference = now - seen;
        seen = now;
        return difference;
    }
}
