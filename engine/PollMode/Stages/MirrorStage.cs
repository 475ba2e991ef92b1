namespace PollMode;

/// <summary>
/// Sends a second reference to every packet, or to one in N, by another port too ("tee"). No byte is copied: the packet is shared, and
/// read-only until one of its two holders has let go.
/// </summary>
/// <remarks>
/// The mirrored packets are behind the burst's own from here on, and later stages see them as well. A later stage that edits copies a shared
/// packet first (<see cref="Burst.TryMakeWritable"/>), so both ports send what each should; put edits that both are to show in
/// front of the mirror, which also saves the copy. What the burst has no room for is dropped under <see cref="DropReason.BurstFull"/>.
/// </remarks>
public sealed class MirrorStage : IStage
{
    private readonly int _port;
    private readonly int _interval;
    private int _untilNext;

    /// <summary>Makes the stage.</summary>
    /// <param name="port">Index of the port that the mirrored packets leave by.</param>
    /// <param name="interval">Mirrors one in so many packets, the first one included.</param>
    public MirrorStage(int port, int interval = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(interval);
        _port = port;
        _interval = interval;
    }

    /// <inheritdoc/>
    public string Name => "mirror";

    /// <inheritdoc/>
    public bool KeepsLengths => true;

    /// <summary>One in how many packets is mirrored.</summary>
    public int Interval => _interval;

    /// <inheritdoc/>
    public void Process(ref Burst burst)
    {
        // Not those that are added on the way.
        int count = burst.Count;
        for (int i = 0; i < count; i++)
        {
            if (_untilNext == 0)
            {
                _untilNext = _interval;
                Packet mirrored = burst[i].Clone();
                if (!burst.TryAdd(mirrored, _port))
                {
                    burst.Drop(mirrored, DropReason.BurstFull);
                }
            }

            _untilNext--;
        }
    }
}
