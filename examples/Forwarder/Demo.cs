namespace PollMode.Examples.Forwarder;

/// <summary>
/// What runs without a port: a generator feeds a ring by worker 0; worker 1 takes from the ring, swaps addresses, and sends to a sink.
/// Neither root nor a NIC.
/// </summary>
internal static class Demo
{
    private const int RingEnd = 1;

    /// <summary>The generator is faster than what follows: it waits for room in the ring, rather than dropping most of what it makes.</summary>
    private const int Patience = 10_000;

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    public static ForwarderOptions Prepare(ForwarderOptions options)
    {
        EngineOptions engine = options.Engine;
        return options with
        {
            // Ports 1 and 2 are the ends of one ring: worker 0 polls the generator, worker 1 the ring.
            Engine = new EngineOptions
            {
                Name = "demo",
                Ports = ["gen:size=64,flows=64", "ring:demo", "ring:demo", "null:rx=0"],
                Egress = [2, 3, Burst.NoPort, Burst.NoPort],
                Workers = engine.Cores.Length == 0 ? Math.Min(2, Environment.ProcessorCount) : 0,
                BurstSize = engine.BurstSize,
                Cores = engine.Cores,
                Idle = engine.Idle,
                SendRetries = engine.SendRetries > 0 ? engine.SendRetries : Patience,
                BuffersPerWorker = engine.BuffersPerWorker,
                BufferBytes = engine.BufferBytes,
                LargestPages = engine.LargestPages,
                SmallestPages = engine.SmallestPages,
            },
            Mode = ForwardingMode.MacSwap,
            OnlyPort = RingEnd,
            Duration = options.Duration ?? (options.Packets is null ? Length : null),
        };
    }
}
