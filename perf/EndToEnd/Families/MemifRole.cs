namespace PollMode.EndToEnd;

/// <summary>What PollMode does in a memif comparison; the other end is testpmd, and testpmd at both ends is what it is compared with, unless the role says otherwise.</summary>
internal enum MemifRole
{
    /// <summary>It sends, as the client.</summary>
    Send,

    /// <summary>It receives and drops, as the server.</summary>
    Receive,

    /// <summary>It does both, in two processes.</summary>
    Both,

    /// <summary>It receives what PollMode sends in another process; compared with testpmd that receives the same. A faster sender than testpmd's.</summary>
    Drain,

    /// <summary>It forwards between two memifs, as the client of both.</summary>
    Forward,
}
