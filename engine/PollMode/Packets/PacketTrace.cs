using System.Collections.Concurrent;

namespace PollMode;

/// <summary>
/// What happened to the packets that carry <see cref="PacketFlags.Traced"/>. Workers look at the flag only while
/// <see cref="IsActive"/>; following a packet allocates, and is meant for the first few.
/// </summary>
/// <remarks>
/// Which packet is which is kept here, by buffer, and not in the packet: its user word belongs to the application. A buffer that is
/// freed and used again has lost the flag, so its old entry means nothing, and is written anew when it is followed again.
/// </remarks>
public sealed class PacketTrace
{
    private readonly ConcurrentQueue<PacketTraceEntry> _entries = new();
    private readonly ConcurrentDictionary<Packet, long> _followed = new();
    private long _lastId;
    private long _lastOrder;

    /// <summary>Set by a trace port when it is opened: from then on workers report what stages do to traced packets. Set while they run, busy ones see it within microseconds, and not in the middle of a burst.</summary>
    public bool IsActive { get; set; }

    /// <summary>Everything recorded so far, in the order in which it happened.</summary>
    public IReadOnlyList<PacketTraceEntry> Entries => [.. _entries.OrderBy(entry => entry.Order)];

    /// <summary>Marks a packet and notes its first step. Borrows the packet; nobody else may hold it.</summary>
    /// <returns>The number by which the trace knows the packet: unlike any other of this engine.</returns>
    public long Follow(Packet packet, string step, string action)
    {
        long id = Interlocked.Increment(ref _lastId);
        packet.Flags |= PacketFlags.Traced;
        _followed[packet] = id;
        Record(new PacketTraceEntry(NextOrder(), id, step, action, BytesOf(packet)));
        return id;
    }

    /// <summary>Notes one step of one packet. From any thread.</summary>
    public void Record(PacketTraceEntry entry) => _entries.Enqueue(entry);

    /// <summary>The moment of a step, for entries that are recorded after it.</summary>
    internal long NextOrder() => Interlocked.Increment(ref _lastOrder);

    internal bool Follows(Packet packet) => !packet.IsNone && (packet.Flags & PacketFlags.Traced) != 0 && _followed.ContainsKey(packet);

    /// <summary>The number of a packet; zero for one that is not followed.</summary>
    internal long IdOf(Packet packet) => _followed.GetValueOrDefault(packet);

    /// <summary>A copy takes a followed packet's place.</summary>
    internal void Continue(Packet packet, Packet copy)
    {
        if (Follows(packet))
        {
            _followed[copy] = IdOf(packet);
        }
    }

    /// <summary>Notes that a packet is dropped. With its last holder it is followed no more.</summary>
    internal void RecordDrop(Packet packet, string step, DropReason reason)
    {
        if (Follows(packet))
        {
            Record(new PacketTraceEntry(NextOrder(), IdOf(packet), step, $"dropped: {reason.Name}", ReadOnlyMemory<byte>.Empty));
            if (packet.ReferenceCount == 1)
            {
                _followed.TryRemove(packet, out _);
            }
        }
    }

    internal static byte[] BytesOf(Packet packet)
    {
        var bytes = new byte[packet.TotalLength];
        packet.CopyTo(bytes);
        return bytes;
    }
}
