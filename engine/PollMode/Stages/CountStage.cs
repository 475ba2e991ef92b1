namespace PollMode;

/// <summary>Counts the packets and bytes that pass. Several in one pipeline tell what the stages between them dropped.</summary>
public sealed class CountStage : IStage
{
    private readonly TrafficCount.Cell _cell;

    /// <summary>Makes the stage.</summary>
    /// <param name="total">Where this worker's count is added to those of the others: one object for all workers.</param>
    public CountStage(TrafficCount total)
    {
        ArgumentNullException.ThrowIfNull(total);
        _cell = total.AddCell();
    }

    /// <inheritdoc/>
    public string Name => "count";

    /// <inheritdoc/>
    public bool KeepsLengths => true;

    /// <inheritdoc/>
    public void Process(ref Burst burst)
    {
        long bytes = 0;
        foreach (Packet packet in burst.Packets)
        {
            bytes += packet.TotalLength;
        }

        _cell.Packets += burst.Count;
        _cell.Bytes += bytes;
    }
}
