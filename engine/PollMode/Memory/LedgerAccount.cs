using System.Globalization;

namespace PollMode;

/// <summary>What the <see cref="Ledger"/> knows of one buffer. Used under its lock.</summary>
internal sealed class LedgerAccount
{
    private const int HandOffs = 8;

    private readonly (string What, string Place, long Generation)[] _notes = new (string, string, long)[HandOffs];
    private long _noted;

    /// <summary>Rented, and its last reference not given up.</summary>
    internal bool IsOut { get; private set; }

    /// <summary>The pool it was rented from.</summary>
    internal ushort PoolId { get; private set; }

    /// <summary>References that queues of drivers have.</summary>
    internal int WithQueues { get; set; }

    /// <summary>Times it was rented.</summary>
    internal long Generation { get; private set; }

    /// <summary>First byte of the buffer that belonged to the frame since it was rented or received.</summary>
    internal int ClaimedFrom { get; private set; }

    /// <summary>Behind the last such byte.</summary>
    internal int ClaimedTo { get; private set; }

    /// <summary>The last hand-offs, the oldest first.</summary>
    public override string ToString()
    {
        var lines = new List<string>();
        for (long i = Math.Max(0, _noted - HandOffs); i < _noted; i++)
        {
            (string what, string place, long generation) = _notes[i % HandOffs];
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"#{generation} {what} '{place}'"));
        }

        return string.Join(", ", lines);
    }

    internal void Rent(ushort poolId, bool byQueue)
    {
        IsOut = true;
        PoolId = poolId;
        WithQueues = byQueue ? 1 : 0;
        Generation++;
        Unclaim();
    }

    internal void Return()
    {
        IsOut = false;
        WithQueues = 0;
    }

    /// <summary>Whether nobody but queues has the packet.</summary>
    internal bool IsSent(int references) => WithQueues > 0 && WithQueues >= references;

    internal void Claim(int from, int to)
    {
        if (to > from)
        {
            (ClaimedFrom, ClaimedTo) = (Math.Min(ClaimedFrom, from), Math.Max(ClaimedTo, to));
        }
    }

    internal void Unclaim() => (ClaimedFrom, ClaimedTo) = (int.MaxValue, 0);

    internal void Note(string what, string place) => _notes[_noted++ % HandOffs] = (what, place, Generation);
}
