namespace PollMode.Drivers.Memif;

/// <summary>Kinds of control messages of memif 2.0.</summary>
internal enum MessageKind
{
    /// <summary>No message.</summary>
    None = 0,

    /// <summary>The last message was understood.</summary>
    Acknowledge = 1,

    /// <summary>Server to client, first: versions and limits.</summary>
    Hello = 2,

    /// <summary>Client to server: which interface, and the secret.</summary>
    Initialize = 3,

    /// <summary>Client to server, with a descriptor: memory to map.</summary>
    AddRegion = 4,

    /// <summary>Client to server, with an eventfd: a ring in a region.</summary>
    AddRing = 5,

    /// <summary>Client to server: all is told.</summary>
    Connect = 6,

    /// <summary>Server to client: rings are in use from now on.</summary>
    Connected = 7,

    /// <summary>Either way: the end, with a reason.</summary>
    Disconnect = 8,
}
