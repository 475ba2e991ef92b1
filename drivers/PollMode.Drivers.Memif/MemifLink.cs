namespace PollMode.Drivers.Memif;

/// <summary>An established connection as the data path sees it: regions and rings. Made and unmapped by the control thread.</summary>
internal sealed class MemifLink : IDisposable
{
    private readonly MemifPort _port;
    private volatile string? _fault;

    internal MemifLink(MemifPort port, IReadOnlyList<Region> regions, Ring?[] toServer, Ring?[] toClient, bool isZeroCopy)
    {
        _port = port;
        Regions = [.. regions];
        ToServer = toServer;
        ToClient = toClient;
        IsZeroCopy = isZeroCopy;
    }

    internal Region[] Regions { get; }

    /// <summary>Whether memory of the peer has vanished: what was copied from it since is not what it sent.</summary>
    internal bool HasVanished
    {
        get
        {
            foreach (Region region in Regions)
            {
                if (region.IsGone)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Regions that are copied through the kernel although they would have been watched over, had there been a place for them.</summary>
    internal int UnwatchedRegions => Regions.Count(region => region.IsUnwatched);

    /// <summary>Rings from client to server, by index.</summary>
    internal Ring?[] ToServer { get; }

    /// <summary>Rings from server to client, by index.</summary>
    internal Ring?[] ToClient { get; }

    /// <summary>Whether our own packet buffers are among the regions.</summary>
    internal bool IsZeroCopy { get; }

    /// <summary>What the peer did that it must not; null while all is well.</summary>
    internal string? Fault => _fault;

    /// <summary>For the data path: ends the connection because the peer broke the protocol. Only the first reason counts.</summary>
    internal void Fail(string reason)
    {
        _fault ??= reason;
        _port.CountViolation();
        _port.Wake();
    }

    /// <summary>Unmaps everything. When no queue uses it any more.</summary>
    public void Dispose() => Close(Regions, ToServer, ToClient);

    /// <summary>Closes what a connection, or the beginning of one, is made of.</summary>
    internal static void Close(IEnumerable<Region> regions, Ring?[] toServer, Ring?[] toClient)
    {
        foreach (Ring? ring in toServer.Concat(toClient))
        {
            if (ring != null)
            {
                _ = LibC.Close(ring.EventFd);
            }
        }

        foreach (Region region in regions)
        {
            region.Dispose();
        }
    }
}
