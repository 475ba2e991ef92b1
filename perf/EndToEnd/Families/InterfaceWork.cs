namespace PollMode.EndToEnd;

/// <summary>What a subject does at an interface.</summary>
internal enum InterfaceWork
{
    /// <summary>Receives and drops.</summary>
    Drop,

    /// <summary>Sends back what it receives, addresses swapped.</summary>
    Swap,

    /// <summary>Makes packets and sends them.</summary>
    Send,
}
