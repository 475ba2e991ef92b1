namespace PollMode;

/// <summary>Opens ports of one kind: <c>null</c>, <c>pcap</c>, <c>af_xdp</c>. Registered by name; knows its own options.</summary>
public interface IPortDriver
{
    /// <summary>The name in a port spec, lower case: what stands before the colon.</summary>
    string Name { get; }

    /// <summary>One line for help texts: what the driver is, and what its device part means.</summary>
    string Summary { get; }

    /// <summary>The keys it takes. A key that is not among them is refused with this list.</summary>
    IReadOnlyList<PortOption> Options { get; }

    /// <summary>Says what opening the port will need, without opening anything or changing the host.</summary>
    /// <exception cref="PollModeException">The port cannot be opened here: the message says why and what to do.</exception>
    PortPlan Probe(PortSpec spec);

    /// <summary>Opens the port. Gives it to the caller, who disposes it.</summary>
    /// <exception cref="PollModeException">The port cannot be opened; whatever was changed on the host has been put back.</exception>
    IPort Open(PortSpec spec, PortContext context);
}
