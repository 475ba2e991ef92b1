namespace PollMode;

/// <summary>Whether more can come by a receive queue.</summary>
public enum RxQueueLife
{
    /// <summary>More can come at any time: a NIC, an endless source.</summary>
    Live,

    /// <summary>More comes only as long as somebody inside the engine sends: a ring.</summary>
    Passive,

    /// <summary>Nothing more will come: a capture at its end.</summary>
    Ended,
}
