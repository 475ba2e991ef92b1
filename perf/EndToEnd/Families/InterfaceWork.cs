namespace PollMode.EndToEnd;

/// <summary>What a subject does at an interface.</summary>
internal enum InterfaceWork
{
    /// <summary>Receives and drops.</summary>
    Drop,

    /// <summary>Sends back what it receives, addresses swapped.</summary>
    Swap,

    /// <summary>Sends by a second interface what it receives by the first, addresses swapped, and the other way round.</summary>
    Join,

    /// <summary>Makes packets and sends them.</summary>
    Send,
}
