namespace PollMode;

/// <summary>The configuration of an engine: passive data, bound from code or from a configuration file.</summary>
public sealed class EngineOptions
{
    /// <summary>What to call the engine in thread names, logs and metrics; several may live in one process.</summary>
    public string Name { get; set; } = "pollmode";

    /// <summary>The ports, by spec, in the order of their indices: <c>driver:device[,key=value...]</c>.</summary>
    public IList<string> Ports { get; init; } = [];

    /// <summary>Where packets go unless a stage says otherwise: for each port the index of its egress port. Empty for pairs 0-1, 2-3, a lone port to itself.</summary>
    public IList<int> Egress { get; init; } = [];

    /// <summary>Most packets received at once: 1 to 256.</summary>
    public int BurstSize { get; set; } = 64;

    /// <summary>CPUs to pin workers to, one worker each, in the kernel's syntax: <c>2-5,8</c>. Empty for unpinned workers.</summary>
    public string Cores { get; set => field = value ?? string.Empty; } = string.Empty;

    /// <summary>
    /// Whether the process's other threads, those of the collector and of the compiler among them, are kept off <see cref="Cores"/> while the engine is
    /// open, if that leaves them any: see <see cref="CpuReservation"/>. A thread of theirs on a worker's core takes milliseconds from it, and so frames.
    /// </summary>
    public bool KeepOthersOffCores { get; set; } = true;

    /// <summary>
    /// Real-time priority of the workers, 1 to 98; zero for the ordinary scheduler. With it ordinary threads do not preempt a worker, which needs a core of
    /// its own in <see cref="Cores"/>, CAP_SYS_NICE and <c>kernel.sched_rt_runtime_us=-1</c>: see <see cref="RealTimeScheduling"/>. Leave
    /// <see cref="KeepOthersOffCores"/> on: a thread of the process that stays on such a core hardly ever runs.
    /// </summary>
    public int RealTimePriority { get; set; }

    /// <summary>Number of workers; zero for one per receive queue, but no more than there are cores to run on.</summary>
    public int Workers { get; set; }

    /// <summary>What workers do when nothing arrives.</summary>
    public IdleKind Idle { get; set; } = IdleKind.Adaptive;

    /// <summary>Times that a worker tries again to send what a full egress queue did not take, before it drops it.</summary>
    public int SendRetries { get; set; }

    /// <summary>What happens after a stage threw.</summary>
    public StageFaultPolicy StageFaults { get; set; } = StageFaultPolicy.Continue;

    /// <summary>Buffers of each worker's pool; zero for what its queues need and a reserve.</summary>
    public int BuffersPerWorker { get; set; }

    /// <summary>Buffers each worker's pool may grow to; zero for no growth.</summary>
    public int BufferLimitPerWorker { get; set; }

    /// <summary>Most bytes of buffers that all pools together may grow to, what they start with included; zero for no limit but each pool's own.</summary>
    public long MemoryBudgetBytes { get; set; }

    /// <summary>Size of each buffer in bytes; zero for 2112 if the ports take any size, or else what suits all, the first port's wish before the others'.</summary>
    public int BufferBytes { get; set; }

    /// <summary>Bytes left free in front of received frames: a multiple of 64.</summary>
    public int HeadroomBytes { get; set; } = 128;

    /// <summary>The pages to try first for buffers.</summary>
    public PageKind LargestPages { get; set; } = PageKind.Huge1GiB;

    /// <summary>The least that is acceptable: <see cref="PageKind.Huge2MiB"/> makes missing hugepages an error.</summary>
    public PageKind SmallestPages { get; set; } = PageKind.Small4KiB;

    /// <summary>NUMA node of the buffers; null for wherever the kernel likes.</summary>
    public int? NumaNode { get; set; }

    /// <summary>Slots of each ring between a worker and the owner of a transmit queue.</summary>
    public int HandOffPackets { get; set; } = 1024;

    /// <summary>
    /// How long a worker may be away from its queues before that counts as a stall: from 10 microseconds to 10 seconds, or zero to record none.
    /// </summary>
    public TimeSpan StallThreshold { get; set; } = TimeSpan.FromMicroseconds(100);

    /// <summary>Checks what can be checked without looking at ports or the host.</summary>
    /// <returns>Sentences that say what to change; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        Check(faults, !string.IsNullOrWhiteSpace(Name), "Name is empty; give the engine a name.");
        Check(faults, Ports.Count > 0, "Ports is empty; name at least one port, for example \"null\".");
        Check(faults, Ports.Count < short.MaxValue, $"Ports names {Ports.Count} ports; the most is {short.MaxValue - 1}.");
        Check(faults, Ports.All(port => !string.IsNullOrWhiteSpace(port)), "Ports has an empty entry; remove it or write a port spec.");
        Check(faults, BurstSize is >= 1 and <= 256, $"BurstSize is {BurstSize}; choose from 1 to 256 packets.");
        Check(faults, Workers is >= 0 and <= 1024, $"Workers is {Workers}; choose from 1 to 1024, or 0 for one per receive queue.");
        Check(faults, RealTimePriority is >= 0 and <= RealTimeScheduling.Highest, $"RealTimePriority is {RealTimePriority}; choose from 1 to {RealTimeScheduling.Highest}, or 0 for the ordinary scheduler.");
        Check(faults, RealTimePriority <= 0 || Cores.Length > 0, $"RealTimePriority is {RealTimePriority}, and Cores is empty; a worker that nothing preempts needs a core of its own: name one for each.");
        Check(faults, SendRetries is >= 0, $"SendRetries is {SendRetries}; choose 0 or more.");
        Check(faults, BuffersPerWorker >= 0, $"BuffersPerWorker is {BuffersPerWorker}; choose 0 for a sensible size, or more.");
        Check(faults, BufferLimitPerWorker == 0 || BufferLimitPerWorker >= BuffersPerWorker, $"BufferLimitPerWorker is {BufferLimitPerWorker}, below BuffersPerWorker; raise it, or set it to 0 for no growth.");
        Check(faults, MemoryBudgetBytes >= 0, $"MemoryBudgetBytes is {MemoryBudgetBytes}; choose the bytes of all pools together, or 0 for no limit but their own.");
        Check(faults, MemoryBudgetBytes <= 0 || BufferLimitPerWorker > 0, $"MemoryBudgetBytes is {MemoryBudgetBytes}, but no pool may grow; set BufferLimitPerWorker as well, or leave the budget at 0.");
        Check(faults, BufferBytes == 0 || (BufferBytes is >= 256 and <= 65536 && BufferBytes % 64 == 0), $"BufferBytes is {BufferBytes}; choose a multiple of 64 from 256 to 65536, or 0 for what the ports want.");
        Check(faults, HeadroomBytes is >= 0 and <= 4096 && HeadroomBytes % 64 == 0, $"HeadroomBytes is {HeadroomBytes}; choose a multiple of 64 up to 4096.");
        Check(faults, HandOffPackets is >= 2 and <= 1 << 20, $"HandOffPackets is {HandOffPackets}; choose from 2 to 1048576.");
        Check(faults, StallThreshold == TimeSpan.Zero || (StallThreshold >= TimeSpan.FromMicroseconds(10) && StallThreshold <= TimeSpan.FromSeconds(10)), $"StallThreshold is {StallThreshold}; choose from 00:00:00.000010 to 00:00:10, or 0 to record no stalls.");
        Check(faults, Egress.Count == 0 || Egress.Count == Ports.Count, $"Egress has {Egress.Count} entries for {Ports.Count} ports; give one for each port, or none.");
        Check(faults, Egress.All(port => port >= Burst.NoPort && port < Ports.Count), $"Egress names a port that does not exist; ports are 0 to {Ports.Count - 1}, and -1 is none.");
        try
        {
            _ = Cores.Length > 0 ? CpuList.Parse(Cores) : [];
        }
        catch (PollModeException fault)
        {
            faults.Add($"Cores: {fault.Message}");
        }

        return faults;
    }

    private static void Check(List<string> faults, bool holds, string fault)
    {
        if (!holds)
        {
            faults.Add(fault);
        }
    }
}
