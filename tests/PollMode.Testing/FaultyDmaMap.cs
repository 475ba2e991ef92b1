namespace PollMode.Testing;

/// <summary>A device's map that refuses to map while it is told to, as a device out of order does.</summary>
public sealed class FaultyDmaMap : IDmaMap
{
    private volatile bool _isFaulty;

    /// <summary>Whether it refuses.</summary>
    public bool IsFaulty { get => _isFaulty; set => _isFaulty = value; }

    /// <inheritdoc/>
    public void Map(long offset, nint address, long bytes)
    {
        if (IsFaulty)
        {
            throw new InvalidOperationException("the device is out of order");
        }
    }

    /// <inheritdoc/>
    public void Unmap(long offset, long bytes)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
