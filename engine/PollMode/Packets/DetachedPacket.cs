using System.Buffers;

namespace PollMode;

/// <summary>A packet held outside the engine. Whoever disposes it, from whatever thread, frees the packet; disposing twice frees once.</summary>
public sealed class DetachedPacket : IMemoryOwner<byte>
{
    private readonly Packet _packet;
    private int _disposed;

    internal DetachedPacket(Packet packet) => _packet = packet;

    /// <summary>The bytes of the packet's first segment.</summary>
    /// <exception cref="ObjectDisposedException">The packet was freed.</exception>
    public Memory<byte> Memory => Packet.Memory;

    /// <summary>The whole frame.</summary>
    /// <exception cref="ObjectDisposedException">The packet was freed.</exception>
    public ReadOnlySequence<byte> Sequence => Packet.AsSequence();

    /// <summary>The packet itself, borrowed: its metadata, its segments.</summary>
    /// <exception cref="ObjectDisposedException">The packet was freed.</exception>
    public Packet Packet
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
            return _packet;
        }
    }

    /// <summary>Frees the packet.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _packet.Free();
        }
    }
}
