namespace PollMode;

/// <summary>A port that the configuration names: its driver, and the decorators around it, the outermost first.</summary>
internal sealed record RequestedPort(string Text, IPortDriver Driver, PortSpec Spec, IReadOnlyList<(IPortDecorator Decorator, PortSpec Spec)> Decorators)
{
    /// <summary>What the port will need, its decorators included.</summary>
    internal PortPlan Probe()
    {
        PortPlan plan = Driver.Probe(Spec);
        foreach ((IPortDecorator decorator, PortSpec spec) in Decorators.Reverse())
        {
            plan = decorator.Probe(spec, plan);
        }

        return plan;
    }

    internal IPort Open(PortContext context)
    {
        IPort port = Driver.Open(Spec, context);
        foreach ((IPortDecorator decorator, PortSpec spec) in Decorators.Reverse())
        {
            try
            {
                port = decorator.Wrap(port, spec, context);
            }
            catch
            {
                port.Dispose();
                throw;
            }
        }

        return port;
    }
}
