namespace PollMode;

/// <summary>A NIC, or something that looks like one. Queues are opened one by one before the workers start; each belongs to one worker.</summary>
public interface IPort : IDisposable
{
    /// <summary>The spec it was opened by, as the user wrote it.</summary>
    string Name { get; }

    /// <summary>What it can do: data, so that nobody tests for types.</summary>
    PortCapabilities Capabilities { get; }

    /// <summary>Whether frames can pass. From any thread.</summary>
    LinkState Link { get; }

    /// <summary>What opening it got, and why not more: one line each for the startup table.</summary>
    IReadOnlyList<string> Report { get; }

    /// <summary>What went wrong since it was opened and cannot be told by a counter: a sentence for each, such as a capture that broke off. The engine tells each once. From any thread.</summary>
    IReadOnlyList<string> Faults => [];

    /// <summary>Opens a receive queue whose packets come from a pool. The queue borrows the pool; it is used by the pool's owner alone.</summary>
    /// <param name="queue">From zero to <see cref="PortCapabilities.RxQueues"/> minus one; each once.</param>
    /// <param name="pool">The pool of the worker that will poll the queue.</param>
    /// <exception cref="PollModeException">The queue cannot be opened, or the pool is too small for its rings.</exception>
    IRxQueue OpenRxQueue(int queue, Mempool pool);

    /// <summary>Opens a transmit queue that brings what it has sent home through a pool. Used by the pool's owner alone.</summary>
    /// <param name="queue">From zero to <see cref="PortCapabilities.TxQueues"/> minus one; each once.</param>
    /// <param name="pool">The pool of the worker that will send through the queue.</param>
    /// <exception cref="PollModeException">The queue cannot be opened.</exception>
    ITxQueue OpenTxQueue(int queue, Mempool pool);

    /// <summary>Adds the counters that only this kind of port has ("xstats"). From any thread.</summary>
    void CollectCounters(ICollection<PortCounter> counters)
    {
    }
}
