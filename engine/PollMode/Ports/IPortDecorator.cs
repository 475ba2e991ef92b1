namespace PollMode;

/// <summary>Wraps a port in another that is a port itself: <c>fault:loss=1%+null</c>. Registered by name like a driver.</summary>
public interface IPortDecorator
{
    /// <summary>The name in a port spec, lower case.</summary>
    string Name { get; }

    /// <summary>One line for help texts.</summary>
    string Summary { get; }

    /// <summary>The keys it takes.</summary>
    IReadOnlyList<PortOption> Options { get; }

    /// <summary>Says what the wrapped port will need, before anything is opened: what the inner one needs, and the buffers the decorator keeps.</summary>
    /// <exception cref="PollModeException">An option is wrong.</exception>
    PortPlan Probe(PortSpec spec, PortPlan inner) => inner;

    /// <summary>Wraps a port. Takes it: disposing the result disposes the inner port.</summary>
    /// <exception cref="PollModeException">An option is wrong or a file cannot be written; the inner port is still the caller's.</exception>
    IPort Wrap(IPort inner, PortSpec spec, PortContext context);
}
