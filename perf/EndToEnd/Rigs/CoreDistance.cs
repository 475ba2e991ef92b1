using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PollMode.EndToEnd;

/// <summary>
/// How long a cache line takes from one core to another. The processors of a virtual machine are threads of its host, which moves them about:
/// two of them may be halves of one core now, neighbours later, or at opposite ends of the chip, and the time differs by a factor of ten.
/// </summary>
internal static class CoreDistance
{
    private const int Rounds = 5;
    private const int Passes = 10_000;

    /// <summary>Has two threads hand a line to and fro.</summary>
    /// <returns>Nanoseconds for one way: the least of several rounds, since anything else that runs there only adds to it.</returns>
    /// <exception cref="PollModeException">A thread cannot be pinned.</exception>
    internal static double Measure(int core, int otherCore)
    {
        var ball = new Ball();
        double nanoseconds = double.MaxValue;
        string? fault = null;
        var back = new Thread(() => TryPinned(otherCore, ball, ref fault, () => Return(ball))) { IsBackground = true };
        var forth = new Thread(() => TryPinned(core, ball, ref fault, () => nanoseconds = Throw(ball))) { IsBackground = true };
        back.Start();
        forth.Start();
        forth.Join();
        back.Join();
        return fault == null ? nanoseconds : throw new PollModeException(fault);
    }

    private static void TryPinned(int core, Ball ball, ref string? fault, Action play)
    {
        try
        {
            CpuAffinity.Pin(core);
            play();
        }
        catch (PollModeException refused)
        {
            fault = refused.Message;
            Volatile.Write(ref ball.Place, Ball.Gone);
        }
    }

    private static double Throw(Ball ball)
    {
        double best = double.MaxValue;
        int place = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int pass = 0; pass < Passes && TryHandOn(ball, place); pass++)
            {
                place += 2;
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / (2 * Passes));
        }

        return best;
    }

    private static void Return(Ball ball)
    {
        for (int place = 1; place < 2 * Rounds * Passes && TryHandOn(ball, place); place += 2)
        {
        }
    }

    /// <summary>Waits until the ball is here, and hands it on. False if the other side never came.</summary>
    private static bool TryHandOn(Ball ball, int place)
    {
        int seen;
        while ((seen = Volatile.Read(ref ball.Place)) != place)
        {
            if (seen == Ball.Gone)
            {
                return false;
            }
        }

        return Interlocked.CompareExchange(ref ball.Place, place + 1, place) == place;
    }

    /// <summary>The line, with nothing beside it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private sealed class Ball
    {
        internal const int Gone = -1;

        [FieldOffset(128)] internal int Place;
    }
}
