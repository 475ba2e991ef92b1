using PollMode.Drivers.AfXdp.Native;
using PollMode.Drivers.AfXdp.Xsk;

namespace PollMode.Drivers.AfXdp;

/// <summary>
/// One queue of an interface: the socket, and what its receive and transmit sides share. Each side belongs to one worker, perhaps to two
/// different ones; neither touches the other's rings.
/// </summary>
/// <remarks>
/// A socket that the kernel will never send from again is replaced while the workers run. The transmitting worker raises
/// <see cref="_epoch"/> and then clears <see cref="IsRunning"/> (release); each side that sees it cleared (acquire) touches no ring any more
/// and says so by writing the epoch it saw to its own word (release). Only when both words hold the present epoch does the port's thread
/// change the socket, and sets <see cref="IsRunning"/> again. A word written late holds an old epoch and proves nothing, so it can do no harm.
/// </remarks>
internal sealed class XskQueue : IDisposable
{
    private const int None = -1;

    private readonly Action _broke;
    private volatile bool _isRunning = true;
    private volatile int _epoch;
    private volatile int _rxParked = None;
    private volatile int _txParked = None;
    private XdpStatistics _earlier;
    private FileDescriptor? _place;

    internal XskQueue(int index, XskSocket socket, int buffers, bool segments, Action broke)
    {
        Index = index;
        Socket = socket;
        _broke = broke;
        RxHeld = new HeldBuffers(buffers, chains: false);
        TxHeld = new HeldBuffers(buffers, chains: segments);
    }

    /// <summary>Counted from the port's first queue.</summary>
    internal int Index { get; }

    internal XskSocket Socket { get; private set; }

    /// <summary>Buffers in the fill ring, in the device, and in the RX ring.</summary>
    internal HeldBuffers RxHeld { get; }

    /// <summary>Buffers in the TX ring, in the device, and in the completion ring.</summary>
    internal HeldBuffers TxHeld { get; }

    internal AfXdpRxQueue? Rx { get; set; }

    /// <summary>Whether a worker polls the receive side; a queue that only sends has buffers to receive into, too.</summary>
    internal bool IsRxOpen { get; set; }

    internal AfXdpTxQueue? Tx { get; set; }

    /// <summary>Whether the rings may be touched.</summary>
    internal bool IsRunning => _isRunning;

    /// <summary>Times that the socket was replaced.</summary>
    internal int Replacements { get; private set; }

    /// <summary>What the kernel counted, earlier sockets of the queue included.</summary>
    internal XdpStatistics Statistics => Socket.TryGetStatistics(out XdpStatistics now) ? _earlier.Plus(in now) : _earlier;

    /// <summary>True when a broken queue may be repaired: nobody will touch its rings.</summary>
    internal bool IsParked => !_isRunning && (!IsRxOpen || _rxParked == _epoch) && (Tx == null || _txParked == _epoch);

    /// <summary>The transmitting worker gives up on the socket.</summary>
    internal void Break()
    {
        _epoch++;
        _isRunning = false;
        _txParked = _epoch;
        _broke();
    }

    /// <summary>The receiving worker has seen that the queue does not run.</summary>
    internal void ParkRx() => _rxParked = _epoch;

    /// <summary>The transmitting worker has seen that the queue does not run.</summary>
    internal void ParkTx() => _txParked = _epoch;

    /// <summary>Adds the queue's counters. From any thread.</summary>
    internal void Collect(ICollection<PortCounter> counters)
    {
        XdpStatistics kernel = Statistics;
        void Add(string name, long value) => counters.Add(new PortCounter($"q{Index}_{name}", value));
        Add("rx_dropped", (long)kernel.RxDropped);
        Add("rx_ring_full", (long)kernel.RxRingFull);
        Add("rx_invalid_descs", (long)kernel.RxInvalidDescriptors);
        Add("fill_ring_empty", (long)kernel.FillRingEmpty);
        Add("tx_invalid_descs", (long)kernel.TxInvalidDescriptors);
        Add("tx_ring_empty", (long)kernel.TxRingEmpty);
        Add("socket_replacements", Replacements);
        if (Rx is { } rx)
        {
            // The kernel counts what the worker cannot see; the worker itself never writes this word.
            Volatile.Write(ref rx.Counters.Dropped, (long)(kernel.RxDropped + kernel.RxRingFull) + rx.Shed);
            Add("rx_shed", rx.Shed);
            Add("rx_wakeups", rx.Wakeups);
            Add("rx_invalid_buffers", rx.InvalidDescriptors);
        }

        if (Tx is { } tx)
        {
            Add("tx_wakeups", tx.Wakeups);
            Add("tx_wakeups_saved", tx.WakeupsSaved);
            Add("tx_outstanding", tx.Outstanding);
            Add("tx_invalid_completions", tx.InvalidCompletions);
            Add("tx_timestamps", tx.Timestamps);
        }
    }

    /// <summary>Closes the socket. While the queue is parked, or its workers have ended.</summary>
    internal void CloseSocket()
    {
        _earlier = Statistics;
        _place = Socket.Vacate();
    }

    /// <summary>Frees what the kernel held, when it no longer writes there.</summary>
    internal void FreeBuffers(Arena arena)
    {
        RxHeld.FreeAll(arena);
        TxHeld.FreeAll(arena);
        Rx?.DropPartial();
    }

    /// <summary>Goes on with another socket. While the queue is parked.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="lead">Leads frames to it.</param>
    internal void Resume(XskSocket socket, Action lead)
    {
        socket.MoveTo(_place!);
        _place = null;
        Socket = socket;
        Replacements++;
        Rx?.Reset();
        Tx?.Reset();
        if (IsRxOpen)
        {
            lead();
        }

        _isRunning = true;
    }

    public void Dispose()
    {
        Socket.Dispose();
        _place?.Dispose();
        RxHeld.Dispose();
        TxHeld.Dispose();
    }
}
