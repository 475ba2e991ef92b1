namespace PollMode.Examples.Forwarder;

/// <summary>What is done to packets on their way, named as testpmd names its forwarding modes.</summary>
internal enum ForwardingMode
{
    /// <summary>Nothing.</summary>
    Io,

    /// <summary>Destination and source address are exchanged.</summary>
    MacSwap,

    /// <summary>Destination becomes the peer of the egress port, source the egress port's own address.</summary>
    MacRewrite,
}
