using System.Diagnostics.Metrics;

namespace PollMode.Hosting;

/// <summary>
/// The meter <c>PollMode</c>: observable instruments that read the counters of all engines of the host when somebody collects, so that
/// nothing is added on the poll thread. Names and units follow OpenTelemetry's conventions.
/// </summary>
public sealed class EngineMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "PollMode";

    /// <summary>Packets received and sent, by port, direction and queue.</summary>
    public const string PacketCount = "pollmode.network.packet.count";

    /// <summary>Bytes received and sent, without FCS.</summary>
    public const string NetworkIo = "pollmode.network.io";

    /// <summary>Packets dropped: by workers with the reason, and by devices with the reason <c>device</c>.</summary>
    public const string PacketDropped = "pollmode.network.packet.dropped";

    /// <summary>Turns of workers, empty and busy.</summary>
    public const string PollCount = "pollmode.worker.poll.count";

    /// <summary>Mean packets of a burst since the start.</summary>
    public const string BurstSize = "pollmode.worker.burst.size";

    /// <summary>Exceptions thrown by stages.</summary>
    public const string FaultCount = "pollmode.worker.fault.count";

    /// <summary>Times that a worker was away from its queues for longer than the threshold, by cause.</summary>
    public const string StallCount = "pollmode.worker.stall.count";

    /// <summary>The longest of these times, by cause.</summary>
    public const string StallLongest = "pollmode.worker.stall.longest";

    /// <summary>Frames that devices lost around stalls.</summary>
    public const string StallDropped = "pollmode.worker.stall.dropped";

    /// <summary>How long a receive queue's worker may be away before frames are lost, at the rate of the last moments.</summary>
    public const string PauseBudget = "pollmode.queue.pause.budget";

    /// <summary>Buffers that a pool has.</summary>
    public const string BufferLimit = "pollmode.mempool.buffer.limit";

    /// <summary>Buffers of a pool by state: <c>cached</c> with the owner, <c>free</c> in the rings behind, <c>in_use</c> outside.</summary>
    public const string BufferUsage = "pollmode.mempool.buffer.usage";

    /// <summary>Buffers that could not be rented.</summary>
    public const string RentFailed = "pollmode.mempool.rent.failed";

    /// <summary>Times that a pool wanted to grow and no slab was ready.</summary>
    public const string GrowthHeldBack = "pollmode.mempool.growth.held_back";

    /// <summary>Slabs that came into a pool or left it while it ran, by <see cref="ChangeTag"/>: <c>injected</c>, <c>set_free</c>.</summary>
    public const string SlabChanges = "pollmode.mempool.slab.changes";

    /// <summary>1 while frames can pass a port, 0 otherwise.</summary>
    public const string LinkUp = "pollmode.port.link.up";

    /// <summary>Tag: name of the engine.</summary>
    public const string EngineTag = "pollmode.engine";

    /// <summary>Tag: the port, by spec.</summary>
    public const string InterfaceTag = "network.interface.name";

    /// <summary>Tag: <c>receive</c> or <c>transmit</c>.</summary>
    public const string DirectionTag = "network.io.direction";

    /// <summary>Tag: index of the queue.</summary>
    public const string QueueTag = "pollmode.queue";

    /// <summary>Tag: name of the drop reason.</summary>
    public const string ReasonTag = "pollmode.drop.reason";

    /// <summary>Tag: cause of stalls.</summary>
    public const string CauseTag = "pollmode.stall.cause";

    /// <summary>Tag: index of the worker.</summary>
    public const string WorkerTag = "pollmode.worker";

    /// <summary>Tag: <c>empty</c> or <c>busy</c>.</summary>
    public const string ResultTag = "pollmode.poll.result";

    /// <summary>Tag: the pool, by the index of its worker.</summary>
    public const string PoolTag = "pollmode.pool";

    /// <summary>Tag: what happened to a slab.</summary>
    public const string ChangeTag = "pollmode.slab.change";

    /// <summary>Tag: state of buffers.</summary>
    public const string StateTag = "pollmode.buffer.state";

    private readonly Lock _gate = new();
    private volatile IEngine[] _engines = [];

    /// <summary>Makes the instruments.</summary>
    /// <param name="factory">Where the meter comes from, and who disposes it.</param>
    public EngineMetrics(IMeterFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Meter meter = factory.Create(MeterName);
        meter.CreateObservableCounter(PacketCount, () => Each(EngineMeasurements.Packets), "{packet}", "Packets received and sent.");
        meter.CreateObservableCounter(NetworkIo, () => Each(EngineMeasurements.Bytes), "By", "Bytes received and sent.");
        meter.CreateObservableCounter(PacketDropped, () => Each(EngineMeasurements.Dropped), "{packet}", "Packets dropped, by reason.");
        meter.CreateObservableCounter(PollCount, () => Each(EngineMeasurements.Polls), "{poll}", "Turns of workers.");
        meter.CreateObservableGauge(BurstSize, () => Each(EngineMeasurements.BurstSizes), "{packet}", "Mean packets of a burst.");
        meter.CreateObservableCounter(FaultCount, () => Each(EngineMeasurements.Faults), "{fault}", "Exceptions thrown by stages.");
        meter.CreateObservableCounter(StallCount, () => Each(EngineMeasurements.Stalls), "{stall}", "Gaps in the polling of workers, by cause.");
        meter.CreateObservableGauge(StallLongest, () => Each(EngineMeasurements.LongestStalls), "s", "The longest gap in the polling of workers, by cause.");
        meter.CreateObservableCounter(StallDropped, () => Each(EngineMeasurements.LostInStalls), "{packet}", "Frames that devices lost around stalls.");
        meter.CreateObservableGauge(PauseBudget, () => Each(EngineMeasurements.PauseBudgets), "s", "How long a worker may be away before a receive queue loses frames.");
        meter.CreateObservableUpDownCounter(BufferLimit, () => Each(EngineMeasurements.BufferLimits), "{buffer}", "Buffers that a pool has.");
        meter.CreateObservableUpDownCounter(BufferUsage, () => Each(EngineMeasurements.BufferUsages), "{buffer}", "Buffers of a pool, by state.");
        meter.CreateObservableCounter(RentFailed, () => Each(EngineMeasurements.FailedRents), "{failure}", "Buffers that could not be rented.");
        meter.CreateObservableCounter(GrowthHeldBack, () => Each(EngineMeasurements.HeldBack), "{time}", "Times that a pool wanted to grow and no slab was ready.");
        meter.CreateObservableCounter(SlabChanges, () => Each(EngineMeasurements.SlabChanges), "{slab}", "Slabs that came into a pool or left it while it ran.");
        meter.CreateObservableGauge(LinkUp, () => Each(EngineMeasurements.Links), "1", "Whether frames can pass a port.");
    }

    internal void Add(IEngine engine)
    {
        lock (_gate)
        {
            _engines = [.. _engines, engine];
        }
    }

    internal void Remove(IEngine engine)
    {
        lock (_gate)
        {
            _engines = [.. _engines.Where(each => each != engine)];
        }
    }

    private IEnumerable<Measurement<T>> Each<T>(Func<string, EngineStatistics, IEnumerable<Measurement<T>>> measure)
        where T : struct => _engines.SelectMany(engine => measure(engine.Name, engine.Statistics));
}
