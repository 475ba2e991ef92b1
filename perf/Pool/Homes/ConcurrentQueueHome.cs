using System.Collections.Concurrent;

namespace PollMode.Pool.Homes;

/// <summary>What .NET has for many threads and one.</summary>
internal sealed class ConcurrentQueueHome : IHome
{
    private readonly PacketSource _source = new();
    private readonly ConcurrentQueue<Packet> _queue = new();

    internal ConcurrentQueueHome() => Return(_source.Packets);

    public string Name => "ConcurrentQueue";

    public int Take(Span<Packet> packets)
    {
        int count = 0;
        while (count < packets.Length && _queue.TryDequeue(out packets[count]))
        {
            count++;
        }

        return count;
    }

    public void Return(ReadOnlySpan<Packet> packets)
    {
        foreach (Packet packet in packets)
        {
            _queue.Enqueue(packet);
        }
    }

    public void Dispose() => _source.Dispose();
}
