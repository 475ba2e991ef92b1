using System.Diagnostics;

namespace PollMode.Pool;

/// <summary>One owner takes bursts and deals them out; so many threads return them, all to the same home.</summary>
internal static class ForeignReturns
{
    internal const int Burst = 64;

    private const int InboxPackets = 1024;

    /// <summary>Nanoseconds per buffer: the median call of the owner, that of a returner, and all together by the clock on the wall.</summary>
    internal static ForeignResult Measure(Func<IHome> make, int returners, double seconds)
    {
        using IHome home = make();
        PacketRing[] inboxes = [.. Enumerable.Range(0, returners).Select(_ => new PacketRing(InboxPackets))];
        CallTimes[] times = [.. Enumerable.Range(0, returners).Select(_ => new CallTimes())];
        bool stop = false;
        Thread[] threads = [.. Enumerable.Range(0, returners).Select(i => new Thread(() => Return(home, inboxes[i], times[i], ref stop)))];
        Array.ForEach(threads, thread => thread.Start());

        // The first part is for the JIT.
        Own(home, inboxes, new CallTimes(), seconds / 2);
        var owner = new CallTimes();
        double wall = Own(home, inboxes, owner, seconds);
        Volatile.Write(ref stop, true);
        Array.ForEach(threads, thread => thread.Join());
        var all = new CallTimes();
        Array.ForEach(times, all.Add);
        Array.ForEach(inboxes, inbox => inbox.Dispose());
        return new ForeignResult(home.Name, returners, owner.Quantile(0.5) / Burst, all.Quantile(0.5) / Burst, wall);
    }

    private static double Own(IHome home, PacketRing[] inboxes, CallTimes times, double seconds)
    {
        var burst = new Packet[Burst];
        long taken = 0;
        long start = Stopwatch.GetTimestamp();
        long end = start + (long)(seconds * Stopwatch.Frequency);
        for (uint turn = 0; Stopwatch.GetTimestamp() < end; turn++)
        {
            long before = Stopwatch.GetTimestamp();
            int count = home.Take(burst);
            if (count == Burst)
            {
                times.Add(before, Stopwatch.GetTimestamp());
            }

            taken += count;
            PacketRing inbox = inboxes[turn % (uint)inboxes.Length];
            for (int sent = 0; sent < count;)
            {
                sent += inbox.Enqueue(burst.AsSpan(sent, count - sent));
                if (sent < count)
                {
                    Thread.Yield();
                }
            }

            if (count == 0)
            {
                Thread.Yield();
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / taken;
    }

    private static void Return(IHome home, PacketRing inbox, CallTimes times, ref bool stop)
    {
        var burst = new Packet[Burst];
        while (!Volatile.Read(ref stop) || inbox.Count > 0)
        {
            int count = inbox.Dequeue(burst);
            if (count == 0)
            {
                Thread.Yield();
                continue;
            }

            long before = Stopwatch.GetTimestamp();
            home.Return(burst.AsSpan(0, count));
            if (count == Burst)
            {
                times.Add(before, Stopwatch.GetTimestamp());
            }
        }
    }
}
