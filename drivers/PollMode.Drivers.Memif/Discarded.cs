namespace PollMode.Drivers.Memif;

/// <summary>
/// Descriptors that a peer sent and nobody asked for. The last close of a file may wait for as long as its owner likes (a socket that lingers, a
/// file of a FUSE daemon), so none is closed by a thread that somebody waits for.
/// </summary>
internal static class Discarded
{
    /// <summary>How many may wait at a time before no connection is made any more.</summary>
    private const int Most = 64;

    private static int _waiting;

    /// <summary>Whether so many wait that no connection, which could bring more, is to be begun.</summary>
    internal static bool IsFull => Waiting >= Most;

    /// <summary>How many are not closed yet.</summary>
    internal static int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Closes a descriptor, by a thread of its own. Takes it.</summary>
    internal static void Close(int descriptor)
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
