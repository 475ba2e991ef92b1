namespace PollMode;

/// <summary>A port that the configuration names: its driver, and the decorators around it, the outermost first.</summary>
internal sealed record RequestedPort(string Text, IPortDriver Driver, PortSpec Spec, IReadOnlyList<(IPortDecorator Decorator, PortSpec Spec)> Decorators)
{
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
