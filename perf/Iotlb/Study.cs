namespace PollMode.Iotlb;

/// <summary>What is compared with what.</summary>
internal static class Study
{
    /// <summary>An I/O TLB of 64 entries, 32 queues of 1024 descriptors, minute after minute.</summary>
    internal static Series[] OverTime(double minutes)
    {
        var common = new Scenario { Minutes = minutes };

        // These three do not change with time; a minute shows them.
        Scenario still = common with { Minutes = Math.Min(1, minutes) };
        return Run(
        [
            still with { Name = "4-KiB pages", Policy = "fifo", HugePages = false },
            still with { Name = "2 MiB, always fresh", Policy = "fresh" },
            common with { Name = "2 MiB, prototype (FIFO)", Policy = "fifo" },
            common with { Name = "2 MiB, LIFO", Policy = "lifo" },
            still with { Name = "2 MiB, random", Policy = "random" },
            common with { Name = "2 MiB, PollMode", Policy = "mempool" },
            common with { Name = "2 MiB, PollMode, 100 times the drops", Policy = "mempool", Loss = common.Loss * 100 },
            common with { Name = "2 MiB, PollMode, forwarder, 4096 descriptors", Policy = "mempool", OwnerReturns = true, Descriptors = 4096 },
            common with { Name = "the same with strays in the cache", Policy = "strays", OwnerReturns = true, Descriptors = 4096 },
        ]);
    }

    /// <summary>An hour of an ill-treated pool: what stays the same that long stays so.</summary>
    internal static Series[] ForEver(double minutes) =>
        Run([new Scenario { Name = "2 MiB, PollMode, 100 times the drops", Loss = 0.015, Minutes = minutes * 60 / 11 }]);

    /// <summary>Every size of ring, number of queues and size of I/O TLB, and seven times the drops: fresh memory, the prototype, ours.</summary>
    internal static Series[] Sweep(double minutes)
    {
        var list = new List<Scenario>();
        foreach ((string name, string policy) in new[] { ("always fresh", "fresh"), ("prototype", "fifo"), ("PollMode", "mempool") })
        {
            foreach (int queues in new[] { 1, 8, 32 })
            {
                foreach (int descriptors in new[] { 512, 1024, 2048, 4096 })
                {
                    list.Add(new Scenario
                    {
                        Name = name,
                        Policy = policy,
                        Queues = queues,
                        Descriptors = descriptors,
                        Entries = [32, 64, 128, 256],
                        Loss = 0.001,
                        Minutes = policy == "fresh" ? Math.Min(1, minutes) : minutes,
                    });
                }
            }
        }

        return Run(list);
    }

    private static Series[] Run(List<Scenario> scenarios)
    {
        var results = new Series[scenarios.Count];
        Parallel.For(0, scenarios.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i => results[i] = Simulation.Run(scenarios[i]));
        return results;
    }
}
