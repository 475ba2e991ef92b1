namespace PollMode.Drivers.Memif;

/// <summary>
/// What the four kinds of queues share: coming and going of connections. The control thread publishes a link and withdraws it; the queue's
/// worker takes it up and lets go of it at the start of a call. A link is unmapped only when no queue has it: the worker first writes that
/// it uses the link, then (after a fence) looks whether it is still the port's; the control thread first withdraws it, then (after a fence)
/// looks who uses it. One of the two sees the other.
/// </summary>
internal abstract class MemifQueue : IDisposable
{
    /// <summary>What must be done before a packet is sent, since a memif has no metadata; those to be cut cannot be sent.</summary>
    protected const PacketFlags Work = PacketFlags.TxChecksumPartial | PacketFlags.HasVlan | SoftwareOffload.Segmentation;

    /// <summary>An Ethernet header. A shorter frame is none: lost in either direction, and counted as an error.</summary>
    protected const int ShortestFrame = 14;

    private volatile MemifLink? _used;
    private readonly bool _isReceive;
    private bool _attached;

    protected MemifQueue(MemifPort port, Mempool pool, bool isReceive)
    {
        Port = port;
        Pool = pool;
        _isReceive = isReceive;
    }

    public QueueCounters Counters { get; } = new();

    /// <summary>Notices sent to the peer.</summary>
    internal long InterruptsSent { get; private protected set; }

    protected MemifPort Port { get; }

    /// <summary>The pool of the queue's worker. Borrowed.</summary>
    protected Mempool Pool { get; }

    /// <summary>The link in use; only between <see cref="Synchronize"/> and the call's end.</summary>
    protected MemifLink? Link => _used;

    /// <summary>For the control thread.</summary>
    internal bool Uses(MemifLink link) => _used == link;

    /// <summary>Gives back all buffers and lets go of the link. After the worker has ended.</summary>
    public void Dispose()
    {
        if (_used is { } link)
        {
            DetachFrom(link, ended: true);
            _used = null;
        }

        Release();
    }

    /// <summary>Follows the port's link.</summary>
    /// <returns>Whether there is one.</returns>
    protected bool Synchronize()
    {
        MemifLink? current = Port.Current;
        return current == _used ? _attached && current!.Fault == null : Switch(current);
    }

    /// <summary>Gets ready for a new link. False if the link has no ring for this queue.</summary>
    protected abstract bool Attach(MemifLink link);

    /// <summary>Brings home the buffers that the link's ring holds.</summary>
    /// <param name="link">The link.</param>
    /// <param name="ended">Whether the worker has ended, so that buffers go home from a foreign thread.</param>
    protected abstract void Detach(MemifLink link, bool ended);

    /// <summary>Closes what the queue has beside its link.</summary>
    protected virtual void Release()
    {
    }

    private bool Switch(MemifLink? current)
    {
        if (_isReceive)
        {
            // A worker that has nothing to send does not come by its transmit queues; those of the same pool are the same worker's.
            foreach (MemifQueue other in Port.Queues)
            {
                _ = !other._isReceive && other.Pool == Pool && other.Synchronize();
            }
        }

        if (_used is { } old)
        {
            DetachFrom(old, ended: false);
            _used = null;
        }

        if (current == null)
        {
            return false;
        }

        _used = current;
        Interlocked.MemoryBarrier();
        if (Port.Current != current)
        {
            _used = null;
            return false;
        }

        // Without a ring for this queue it has nothing to do with the link, but it goes on following it.
        _attached = Attach(current);
        return _attached;
    }

    private void DetachFrom(MemifLink link, bool ended)
    {
        if (_attached)
        {
            Detach(link, ended);
            _attached = false;
        }
    }
}
