using Xunit;

namespace PollMode.Tests;

/// <summary>
/// The algorithm of <see cref="HomeBoard"/>, cut into its steps: each is one access to shared memory of Return or Harvest, in the order of
/// the source. Two slabs of one word each. An explorer takes the steps of its threads in every order.
/// </summary>
/// <remarks>Sequentially consistent: what it proves is the algorithm. That the fences suffice is argued where the board is.</remarks>
internal sealed class BoardMachine
{
    private const int Slabs = 2;

    private readonly Returner[] _returners;
    private readonly int[] _returned = new int[Slabs];
    private readonly int[] _home = new int[Slabs];
    private readonly bool _summaryLast;
    private readonly int _patience;
    private int _summary;
    private int _ownerStep;
    private int _named;
    private int _slab;
    private int _harvests;

    /// <param name="returns">For each returner what it brings home: a slab and bits, one call of Return each.</param>
    /// <param name="harvests">Calls of Harvest.</param>
    /// <param name="summaryLast">The mistake: look at the words first and clear the summary after.</param>
    internal BoardMachine((int Slab, int Buffers)[][] returns, int harvests, bool summaryLast)
    {
        _returners = [.. returns.Select(calls => new Returner(calls))];
        _patience = harvests;
        _summaryLast = summaryLast;
    }

    private BoardMachine(BoardMachine other)
    {
        _returners = [.. other._returners.Select(returner => returner.Copy())];
        other._returned.CopyTo(_returned, 0);
        other._home.CopyTo(_home, 0);
        (_summaryLast, _patience, _summary, _ownerStep, _named, _slab, _harvests) =
            (other._summaryLast, other._patience, other._summary, other._ownerStep, other._named, other._slab, other._harvests);
    }

    internal int Threads => _returners.Length + 1;

    internal BoardMachine Copy() => new(this);

    internal bool CanStep(int thread) => thread < _returners.Length ? !_returners[thread].Done : _harvests < _patience;

    internal void Step(int thread)
    {
        if (thread < _returners.Length)
        {
            Step(_returners[thread]);
        }
        else
        {
            StepOwner();
        }
    }

    /// <summary>After everybody is through one harvest more must bring everything home: no word is left without its summary bit.</summary>
    internal bool IsComplete()
    {
        BoardMachine last = Copy();
        do
        {
            last.StepOwner();
        }
        while (last._ownerStep != 0);

        return Enumerable.Range(0, Slabs).All(slab => last._returned[slab] == 0
            && last._home[slab] == _returners.SelectMany(returner => returner.Calls).Where(call => call.Slab == slab).Sum(call => call.Buffers));
    }

    /// <summary>A state in a line: two ways into the same one need to be followed once only.</summary>
    internal string Key() => string.Join(',',
        _summary, _returned[0], _returned[1], _home[0], _home[1], _ownerStep, _named, _slab, _harvests, string.Join('|', _returners.Select(returner => $"{returner.Call} {returner.At}")));

    private void Step(Returner r)
    {
        (int slab, int buffers) = r.Calls[r.Call];
        switch (r.At)
        {
            case 0: // R1: Interlocked.Or(returned, buffers)
                Assert.Equal(0, _returned[slab] & buffers);
                _returned[slab] |= buffers;
                r.At = 1;
                break;
            case 1: // R2: Volatile.Read(summary)
                r.At = (_summary >> slab & 1) == 0 ? 2 : 3;
                break;
            case 2: // R3: Interlocked.Or(summary, bit)
                _summary |= 1 << slab;
                r.At = 3;
                break;
        }

        if (r.At == 3)
        {
            r.At = 0;
            r.Call++;
        }
    }

    private void StepOwner()
    {
        switch (_ownerStep)
        {
            case 0: // Volatile.Read(summary): zero ends the harvest
                _named = _summary;
                _ownerStep = _named == 0 ? 4 : _summaryLast ? 2 : 1;
                break;
            case 1: // O1: Interlocked.Exchange(summary, 0)
                _named = _summary;
                _summary = 0;
                _ownerStep = _summaryLast ? 4 : 2;
                break;
            case 2: // Volatile.Read(returned)
                _slab = (_named & 1) != 0 ? 0 : 1;
                _ownerStep = _returned[_slab] == 0 ? 5 : 3;
                break;
            case 3: // O2: Interlocked.Exchange(returned, 0)
                Assert.Equal(0, _home[_slab] & _returned[_slab]);
                _home[_slab] |= _returned[_slab];
                _returned[_slab] = 0;
                _ownerStep = 5;
                break;
        }

        if (_ownerStep == 5)
        {
            _named &= ~(1 << _slab);
            _ownerStep = _named != 0 ? 2 : _summaryLast ? 1 : 4;
        }

        if (_ownerStep == 4)
        {
            _ownerStep = 0;
            _named = 0;
            _slab = 0;
            _harvests++;
        }
    }

    private sealed class Returner((int Slab, int Buffers)[] calls)
    {
        internal (int Slab, int Buffers)[] Calls => calls;

        internal int Call { get; set; }

        internal int At { get; set; }

        internal bool Done => Call == calls.Length;

        internal Returner Copy() => new(calls) { Call = Call, At = At };
    }
}
