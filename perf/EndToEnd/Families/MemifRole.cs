namespace PollMode.EndToEnd;

/// <summary>What PollMode does in a memif comparison; the other end is testpmd, and testpmd at both ends is what it is compared with.</summary>
internal enum MemifRole
{
    /// <summary>It sends, as the client.</summary>
    Send,

    /// <summary>It receives and drops, as the server.</summary>
    Receive,

    /// <summary>It does both, in two processes.</summary>
    Both,

    /// <summary>It forwards between two memifs, as the client of both.</summary>
    Forward,
}
