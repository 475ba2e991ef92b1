using System.Diagnostics;

namespace PollMode.EndToEnd;

/// <summary>One part of the engine by itself on one core, in a process of its own: prints the nanoseconds of an object that goes in and comes out.</summary>
internal static class PartRun
{
    internal const string Mempool = "mempool";
    internal const string Ring = "ring";

    private const int RingSlots = 4096;

    /// <summary>Rounds between two looks at the clock.</summary>
    private const int RoundsPerLook = 4096;

    /// <summary>Runs a part.</summary>
    /// <param name="part">Which.</param>
    /// <param name="bulk">Objects that go in or come out at once.</param>
    /// <param name="keep">Objects that are out at the same time.</param>
    /// <param name="core">The core.</param>
    /// <param name="warmUpSeconds">How long before it counts.</param>
    /// <param name="seconds">How long it counts.</param>
    internal static int Run(string part, int bulk, int keep, int core, int warmUpSeconds, int seconds)
    {
        CpuAffinity.Pin(core);
        double nanoseconds = part switch
        {
            Mempool => 1e9 / GetPutLoop.Measure(bulk, keep, seconds),
            Ring => PutInAndTakeOut(bulk, warmUpSeconds, seconds),
            _ => throw new PollModeException($"There is no part '{part}'; choose {Mempool} or {Ring}."),
        };
        Console.WriteLine(EngineRun.Measured + Measurement.Of((Quantity.ObjectTime, nanoseconds)).ToLine());
        return 0;
    }

    private static double PutInAndTakeOut(int bulk, int warmUpSeconds, int seconds)
    {
        using var ring = new PacketRing(RingSlots);
        var packets = new Packet[bulk];
        void Rounds() => PutInAndTakeOut(ring, packets);
        _ = Time(Rounds, bulk, warmUpSeconds);
        return Time(Rounds, bulk, seconds);
    }

    private static double Time(Action rounds, int objects, int seconds)
    {
        long start = Stopwatch.GetTimestamp();
        long done = 0;
        do
        {
            rounds();
            done += RoundsPerLook;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / ((double)done * objects);
    }

    private static void PutInAndTakeOut(PacketRing ring, Packet[] packets)
    {
        for (int round = 0; round < RoundsPerLook; round++)
        {
            ring.Enqueue(packets);
            ring.Dequeue(packets);
        }
    }
}
