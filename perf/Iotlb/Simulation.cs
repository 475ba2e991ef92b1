using PollMode.Iotlb.Policies;

namespace PollMode.Iotlb;

/// <summary>Trains of frames land on queues at random; every address the device uses goes through I/O TLBs of several sizes at once.</summary>
/// <remarks>
/// For each train the device also reads its queue's descriptor ring and writes its completion ring, on small pages of their own whatever
/// the buffers lie on. That is the 45 to 80 misses/MiB that the paper has left when every buffer hits.
/// </remarks>
internal static class Simulation
{
    internal static Series Run(Scenario scenario)
    {
        int pages = scenario.Slabs * Scenario.PagesPerSlab;
        int mappings = scenario.HugePages ? scenario.Slabs : pages;
        int shift = scenario.HugePages ? 9 : 0;
        int control = scenario.Queues * mappings;
        TranslationCache[] caches = [.. scenario.Entries.Select(size => new TranslationCache(size, control + (2 * scenario.Queues)))];
        IPagePolicy[] policies = [.. Enumerable.Range(0, scenario.Queues).Select(i => Policy(scenario, i))];
        SimulatedQueue[] queues = [.. policies.Select((policy, i) => new SimulatedQueue(scenario, policy, 1000 + i))];
        var random = new Random(1);
        double endOfTrain = Math.Log(1 - (1 / scenario.Train));
        double framesPerMinute = Scenario.RoundsPerMinute * pages * 2 * scenario.Queues;
        long framesPerSample = (long)(framesPerMinute / 6);
        long total = (long)(framesPerMinute * scenario.Minutes);
        var series = new Series(scenario, [], [], 0);
        long[] before = new long[caches.Length];
        long received = 0;
        long sampledAt = 0;
        while (received < total)
        {
            int number = random.Next(queues.Length);
            SimulatedQueue queue = queues[number];
            int length = 1 + (int)(Math.Log(1 - random.NextDouble()) / endOfTrain);
            int taken = 0;
            int last = -1;
            foreach (TranslationCache cache in caches)
            {
                cache.Access(control + (2 * number));
            }

            for (int i = 0; i < length; i++)
            {
                int page = queue.Receive();
                if (page < 0)
                {
                    continue;
                }

                taken++;
                int mapping = (number * mappings) + (page >> shift);
                if (mapping != last)
                {
                    last = mapping;
                    foreach (TranslationCache cache in caches)
                    {
                        cache.Access(mapping);
                    }
                }
            }

            foreach (TranslationCache cache in caches)
            {
                cache.Access(control + (2 * number) + 1);
            }

            queue.EndTrain(taken);
            received += length;
            if (received - sampledAt >= framesPerSample)
            {
                double mebibytes = (received - sampledAt) * (double)Scenario.PayloadBytes / (1 << 20);
                series.Minutes.Add(received / framesPerMinute);
                series.MissesPerMiB.Add([.. caches.Select((cache, i) => (cache.Misses - before[i]) / mebibytes)]);
                before = [.. caches.Select(cache => cache.Misses)];
                sampledAt = received;
            }
        }

        Array.ForEach(policies, policy => policy.Dispose());
        return series with { Starved = queues.Sum(queue => queue.Starved) };
    }

    private static IPagePolicy Policy(Scenario scenario, int queue)
    {
        int pages = scenario.Slabs * Scenario.PagesPerSlab;
        return scenario.Policy switch
        {
            "fifo" => new FifoPolicy(pages),
            "lifo" => new LifoPolicy(pages),
            "random" => new RandomPolicy(pages, queue),
            "fresh" => new FreshPolicy(pages),
            "mempool" => new MempoolPolicy(scenario.Slabs),
            "strays" => new StrayPolicy(scenario.Slabs, Scenario.PagesPerSlab, 128),
            _ => throw new ArgumentException($"There is no policy '{scenario.Policy}'; take fifo, lifo, random, fresh, mempool or strays.", nameof(scenario)),
        };
    }
}
