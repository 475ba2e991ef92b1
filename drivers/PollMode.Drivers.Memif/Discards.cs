namespace PollMode.Drivers.Memif;

/// <summary>
/// Where descriptors go that a peer sent and nobody asked for, and sockets that may still hold such. The last close of a file may wait for as
/// long as its owner likes (a socket that lingers, a file of a FUSE daemon), so none is closed by a thread that somebody waits for.
/// One for each listener and each client port: what one peer does to it is not the others'.
/// </summary>
internal sealed class Discards
{
    /// <summary>How many may wait at a time before no connection, which could bring more, is begun.</summary>
    private const int Most = 64;

    private int _waiting;

    /// <summary>Whether no connection is to be begun.</summary>
    internal bool IsFull => Volatile.Read(ref _waiting) >= Most;

    /// <summary>Closes a descriptor, by a thread of its own. Takes it.</summary>
    internal void Close(int descriptor)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            new Thread(() =>
            {
                _ = LibC.Close(descriptor);
                Interlocked.Decrement(ref _waiting);
            }, maxStackSize: 1 << 16)
            { Name = "memif-discard", IsBackground = true }.Start();
        }
        catch (Exception fault) when (fault is OutOfMemoryException or ThreadStartException)
        {
            // Rather kept open than waited for: it counts on as one that waits.
        }
    }
}
