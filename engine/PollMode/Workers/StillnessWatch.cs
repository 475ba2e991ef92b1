namespace PollMode;

/// <summary>
/// Notices that no packet is left between workers. A worker that seems at rest may just have taken a burst, and a packet may pass a worker
/// that was looked at to one that was not; so a look counts only if since the one before every worker has done a whole turn and nothing
/// was received or handed over by any of them.
/// </summary>
internal sealed class StillnessWatch
{
    private readonly Worker[] _workers;
    private readonly long[] _turns;
    private long _movement = -1;

    internal StillnessWatch(Worker[] workers)
    {
        _workers = workers;
        _turns = new long[workers.Length];
    }

    /// <summary>Looks in a row that found all at rest.</summary>
    internal int StillLooks { get; private set; }

    /// <summary>Looks once. Until every worker has turned since the last look that counted, a look neither adds nor takes away.</summary>
    /// <param name="draining">Whether the workers were told to drain: then only one that has seen it counts as at rest.</param>
    internal void Look(bool draining)
    {
        long movement = 0;
        bool atRest = true;
        bool turned = true;
        foreach (Worker worker in _workers)
        {
            movement += worker.Received + Volatile.Read(ref worker.Counters.HandedOver);
            if (!worker.HasEnded)
            {
                atRest &= draining ? worker.IsQuiet : worker.HasTurnedEmpty;

                // Two more turns begun: one of them is whole.
                turned &= Volatile.Read(ref worker.Counters.Turns) >= _turns[worker.Index] + 2;
            }
        }

        if (movement != _movement || !atRest)
        {
            StillLooks = 0;
        }
        else if (turned)
        {
            StillLooks++;
        }
        else
        {
            return;
        }

        _movement = movement;
        foreach (Worker worker in _workers)
        {
            _turns[worker.Index] = Volatile.Read(ref worker.Counters.Turns);
        }
    }
}
