using System.Collections.Concurrent;

namespace PollMode.Drivers.Software;

/// <summary>A port whose first received packets are followed through the engine.</summary>
internal sealed class TracePort : IPort
{
    private readonly IPort _inner;
    private readonly string _step;
    private readonly TextWriter? _file;
    private readonly PacketTrace _trace;
    private readonly ConcurrentBag<long> _ids = [];
    private int _left;
    private bool _closed;

    internal TracePort(IPort inner, PortSpec spec, int packets, TextWriter? file, PortContext context)
    {
        _inner = inner;
        _file = file;
        _trace = context.Trace;
        _left = packets;
        _step = $"port {context.PortIndex}, {inner.Name}";
        Name = $"{spec.Text}+{inner.Name}";
        Report = [.. inner.Report, $"follows the first {packets} packet(s) received, which costs all workers some speed"];
    }

    public string Name { get; }

    public PortCapabilities Capabilities => _inner.Capabilities;

    public LinkState Link => _inner.Link;

    public IReadOnlyList<string> Faults => _inner.Faults;

    public IReadOnlyList<string> Report { get; }

    public IRxQueue OpenRxQueue(int queue, Mempool pool) => new TraceRxQueue(_inner.OpenRxQueue(queue, pool), this);

    /// <summary>Sending is the worker's to report: packets may leave by any port.</summary>
    public ITxQueue OpenTxQueue(int queue, Mempool pool) => _inner.OpenTxQueue(queue, pool);

    public void CollectCounters(ICollection<PortCounter> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        _inner.CollectCounters(counters);
        counters.Add(new PortCounter("trace_packets", _ids.Count));
    }

    /// <summary>Closes the inner port and writes the table.</summary>
    /// <exception cref="IOException">The table cannot be written; the inner port is closed all the same.</exception>
    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        _inner.Dispose();
        TraceTable.Write(_file ?? Console.Error, Name, _trace.Entries, [.. _ids.Order()]);
        _file?.Dispose();
    }

    /// <summary>Follows packets until enough are followed.</summary>
    /// <returns>False when there are enough.</returns>
    internal bool Follow(ReadOnlySpan<Packet> packets)
    {
        foreach (Packet packet in packets)
        {
            // What others hold, too, must not be written to. What is followed already came from another trace port.
            if (packet.ReferenceCount != 1 || (packet.Flags & PacketFlags.Traced) != 0)
            {
                continue;
            }

            if (Interlocked.Decrement(ref _left) < 0)
            {
                return false;
            }

            _ids.Add(_trace.Follow(packet, _step, "received"));
        }

        return true;
    }
}
