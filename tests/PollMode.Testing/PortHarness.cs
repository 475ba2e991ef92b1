namespace PollMode.Testing;

/// <summary>A port under test with one queue open in each direction, and whatever stands at the other end of its wire.</summary>
public abstract class PortHarness : IDisposable
{
    protected PortHarness(PoolHarness memory) => Memory = memory;

    /// <summary>The pools. Taken.</summary>
    public PoolHarness Memory { get; }

    public abstract IPort Port { get; }

    /// <summary>Receive queue 0, opened with <see cref="PoolHarness.Pool"/>.</summary>
    public abstract IRxQueue Rx { get; }

    /// <summary>Transmit queue 0, opened with the same pool.</summary>
    public abstract ITxQueue Tx { get; }

    /// <summary>Index that received packets carry.</summary>
    public virtual int PortIndex => 0;

    /// <summary>The port makes frames by itself, without end; <see cref="Feed"/> changes nothing.</summary>
    public virtual bool MakesOwnFrames => false;

    /// <summary>Receiving takes buffers from the queue's pool; otherwise the sender's buffers arrive.</summary>
    public virtual bool RentsToReceive => true;

    /// <summary>Buffers that the port and the one at the other end keep to receive into.</summary>
    public virtual int BuffersKept => 0;

    /// <summary>What is sent can be collected; otherwise it is gone.</summary>
    public virtual bool DeliversSentFrames => true;

    /// <summary>The transmit queue fills up when nobody collects, within some thousand packets.</summary>
    public virtual bool FillsUp => true;

    /// <summary>What lies between the ends is a kernel, which may lose frames on a machine that is busy elsewhere; the port counts those.</summary>
    public virtual bool MayLoseFrames => false;

    /// <summary>Makes frames arrive at the port, as many as it can take now.</summary>
    /// <returns>How many, from the front.</returns>
    public abstract int Feed(IReadOnlyList<byte[]> frames);

    /// <summary>Takes what has left the port, in order.</summary>
    public abstract void Collect(ICollection<byte[]> frames);

    /// <summary>Frees what has left the port without looking at it, and without allocating.</summary>
    public abstract void Discard();

    /// <summary>Closes the port and the other end. Not the pools: the test looks at them first.</summary>
    public abstract void Close();

    public void Dispose()
    {
        Close();
        Memory.Dispose();
        GC.SuppressFinalize(this);
    }
}
