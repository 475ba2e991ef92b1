namespace PollMode.Drivers.AfXdp.Xsk;

/// <summary>Entries of a socket's four rings, each a power of two.</summary>
internal readonly record struct XskRings(int Rx, int Tx, int Fill, int Completion)
{
    /// <summary>The largest ring that the driver asks for. The kernel sets no limit: it would take 16 GiB for a ring of 2^30 entries.</summary>
    internal const int Limit = 1 << 16;
}
