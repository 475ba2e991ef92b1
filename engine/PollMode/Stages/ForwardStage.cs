namespace PollMode;

/// <summary>Chooses the egress port by the port a burst came in by, after a table: a patch panel.</summary>
public sealed class ForwardStage : IStage
{
    private readonly int[] _egress;

    /// <summary>Makes the stage.</summary>
    /// <param name="egress">For each port, by index, the port its packets leave by, or <see cref="Burst.NoPort"/>. Packets of ports beyond the end keep the egress port they have.</param>
    public ForwardStage(IEnumerable<int> egress) => _egress = [.. egress];

    /// <inheritdoc/>
    public string Name => "forward";

    /// <inheritdoc/>
    public bool KeepsLengths => true;

    /// <inheritdoc/>
    public void Start(StageContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        foreach (int port in _egress)
        {
            if (port < Burst.NoPort || port >= context.Ports.Count)
            {
                throw new PollModeException($"The forward stage sends to port {port}, and there are {context.Ports.Count} ports; name one from 0 to {context.Ports.Count - 1}, or -1 for none.");
            }
        }
    }

    /// <inheritdoc/>
    public void Process(ref Burst burst)
    {
        if ((uint)burst.RxPort < (uint)_egress.Length)
        {
            burst.SendTo(_egress[burst.RxPort]);
        }
    }
}
