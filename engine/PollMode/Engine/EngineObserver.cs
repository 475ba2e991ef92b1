namespace PollMode;

/// <summary>
/// Hears what happens to an engine: override what matters. Called from the thread that opens or stops the engine and from its monitor,
/// never from a poll thread.
/// </summary>
public abstract class EngineObserver
{
    /// <summary>Memory was reserved: what was got, and why not more.</summary>
    public virtual void ArenaReady(IEngine engine, IReadOnlyList<string> report)
    {
    }

    /// <summary>A port was opened.</summary>
    public virtual void PortOpened(IEngine engine, int index, OpenedPort port)
    {
    }

    /// <summary>A worker runs, pinned to a CPU or not, and polls queues described as port:queue.</summary>
    public virtual void WorkerStarted(IEngine engine, int index, int? cpu, IReadOnlyList<string> queues)
    {
    }

    /// <summary>Stages of a worker threw since the last report.</summary>
    public virtual void StageFaulted(IEngine engine, int worker, long faults, Exception last)
    {
    }

    /// <summary>A worker ended because of a fault.</summary>
    public virtual void WorkerFaulted(IEngine engine, int worker, Exception fault)
    {
    }

    /// <summary>The process that the engine lived in has ended by itself: nothing of the engine is left. Not of an engine in this process.</summary>
    public virtual void Lost(IEngine engine, Exception fault)
    {
    }

    /// <summary>A worker was told to end and has not come back from a stage or a queue for so long; the engine goes on waiting for it.</summary>
    public virtual void WorkerHangs(IEngine engine, int worker, TimeSpan waited)
    {
    }

    /// <summary>The link of a port, given by index and name, changed.</summary>
    public virtual void LinkChanged(IEngine engine, int port, string name, LinkState link)
    {
    }

    /// <summary>The engine has stopped and its workers have joined.</summary>
    public virtual void Stopped(IEngine engine, EngineStatistics statistics)
    {
    }

    /// <summary>Buffers were still out when the engine closed; their memory stays mapped until they come home.</summary>
    public virtual void BuffersLeaked(IEngine engine, int count, IReadOnlyList<string> examples)
    {
    }

    /// <summary>A port, given by name, says what went wrong with it, while it runs or when it was just closed: a capture that broke off, a disk that was full.</summary>
    public virtual void PortFaulted(IEngine engine, string port, string fault)
    {
    }

    /// <summary>A pool that wanted to grow could not be given a slab: the host refused memory, a node, a mapping. It goes on with what it has, and is tried again each second.</summary>
    public virtual void GrowthFailed(IEngine engine, Exception fault)
    {
    }

    /// <summary>Something was not as it should be while closing; the rest was closed all the same.</summary>
    public virtual void CloseFailed(IEngine engine, Exception fault)
    {
    }
}
