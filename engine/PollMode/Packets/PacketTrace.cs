using System.Collections.Concurrent;

namespace PollMode;

/// <summary>
/// What happened to the packets that carry <see cref="PacketFlags.Traced"/>. Workers look at the flag only while
/// <see cref="IsActive"/>; recording allocates, and is meant for the first few packets.
/// </summary>
public sealed class PacketTrace
{
    private readonly ConcurrentQueue<PacketTraceEntry> _entries = new();

    /// <summary>Set by a trace port when it is opened: from then on workers report what stages do to traced packets.</summary>
    public bool IsActive { get; set; }

    /// <summary>Everything recorded so far, oldest first.</summary>
    public IReadOnlyCollection<PacketTraceEntry> Entries => _entries;

    /// <summary>Notes one step of one packet. From any thread.</summary>
    public void Record(PacketTraceEntry entry) => _entries.Enqueue(entry);
}
