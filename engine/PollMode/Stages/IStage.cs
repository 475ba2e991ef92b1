namespace PollMode;

/// <summary>
/// Something done to a burst of packets: look, edit, drop with a reason, choose an egress port. Each worker has a stage object of its own,
/// so a stage needs no locks. What it throws costs its burst, not the process.
/// </summary>
public interface IStage
{
    /// <summary>What to call it in traces and reports.</summary>
    string Name => GetType().Name;

    /// <summary>
    /// True of a stage that never changes how long a packet is, nor by which port it came in: then a burst that stays together is sent as it was received,
    /// and its bytes are not counted again. Always the same, from before <see cref="Start"/> on.
    /// </summary>
    bool KeepsLengths => false;

    /// <summary>Called once on the worker's thread before the first burst.</summary>
    void Start(StageContext context)
    {
    }

    /// <summary>
    /// Called once on the worker's thread after the last burst, also when the worker ends because of a fault: what the stage still holds
    /// it frees here (<see cref="StageContext.Drop"/>) or gives away.
    /// </summary>
    void Finish()
    {
    }

    /// <summary>Works on a burst. Packets stay in it unless dropped or taken; allocate nothing, block never.</summary>
    void Process(ref Burst burst);
}
