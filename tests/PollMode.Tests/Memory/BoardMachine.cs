using Xunit;

namespace PollMode.Tests;

/// <summary>
/// The algorithm of <see cref="HomeBoard"/>, cut into its steps: each is one access to shared memory of Return or Harvest, in the order of
/// the source. Two slabs of one word each. An explorer takes the steps of its threads in every order.
/// </summary>
/// <remarks>
/// It is a copy, kept beside the original by hand: the board's code cannot be stopped between two of its accesses. <see cref="HomeBoardTests"/>
/// and <see cref="MempoolThreadTests"/> run that under threads, which cannot take every order.
/// With all fences it is sequentially consistent, which is what the locked instructions of x86-64 and the acquiring and releasing ones of
/// Arm64 give. Without one of them a read-modify-write is two steps: it has read and nobody else can write the word, but what it writes
/// is not seen yet, and the thread's next loads go ahead of it, as from a store buffer. Returner: R2 before R1 is seen. Owner: the look at
/// "returned" before O1 is seen. The header of the board says that neither may happen; here it is seen why.
/// </remarks>
internal sealed class BoardMachine
{
    private const int Slabs = 2;

    private readonly Returner[] _returners;
    private readonly int[] _returned = new int[Slabs];
    private readonly bool[] _returnedIsTaken = new bool[Slabs];
    private readonly int[] _home = new int[Slabs];
    private readonly BoardMistake _mistake;
    private readonly int _patience;
    private int _summary;
    private bool _summaryIsTaken;
    private int _ownerStep;
    private int _named;
    private int _slab;
    private int _harvests;

    /// <param name="returns">For each returner what it brings home: a slab and bits, one call of Return each.</param>
    /// <param name="harvests">Calls of Harvest.</param>
    /// <param name="mistake">What is done wrong.</param>
    internal BoardMachine((int Slab, int Buffers)[][] returns, int harvests, BoardMistake mistake)
    {
        _returners = [.. returns.Select(calls => new Returner(calls))];
        _patience = harvests;
        _mistake = mistake;
    }

    private BoardMachine(BoardMachine other)
    {
        _returners = [.. other._returners.Select(returner => returner.Copy())];
        other._returned.CopyTo(_returned, 0);
        other._returnedIsTaken.CopyTo(_returnedIsTaken, 0);
        other._home.CopyTo(_home, 0);
        (_mistake, _patience, _summary, _summaryIsTaken, _ownerStep, _named, _slab, _harvests) =
            (other._mistake, other._patience, other._summary, other._summaryIsTaken, other._ownerStep, other._named, other._slab, other._harvests);
    }

    private bool SummaryLast => _mistake == BoardMistake.SummaryClearedLast;

    internal int Threads => _returners.Length + 1;

    internal BoardMachine Copy() => new(this);

    /// <summary>Steps that a thread may take next: none when it has ended or waits for a word, two where a load may go ahead.</summary>
    internal int Choices(int thread) => thread < _returners.Length ? Choices(_returners[thread]) : OwnerChoices();

    internal void Step(int thread, int choice)
    {
        if (thread < _returners.Length)
        {
            Step(_returners[thread], choice);
        }
        else
        {
            StepOwner(choice);
        }
    }

    /// <summary>After everybody is through one harvest more must bring everything home: no word is left without its summary bit.</summary>
    internal bool IsComplete()
    {
        BoardMachine last = Copy();
        do
        {
            last.StepOwner(0);
        }
        while (last._ownerStep != 0);

        return Enumerable.Range(0, Slabs).All(slab => last._returned[slab] == 0
            && last._home[slab] == _returners.SelectMany(returner => returner.Calls).Where(call => call.Slab == slab).Sum(call => call.Buffers));
    }

    /// <summary>A state in a line: two ways into the same one need to be followed once only.</summary>
    internal string Key() => string.Join(',',
        _summary, _summaryIsTaken, _returned[0], _returned[1], _returnedIsTaken[0], _returnedIsTaken[1], _home[0], _home[1], _ownerStep, _named, _slab, _harvests,
        string.Join('|', _returners.Select(returner => $"{returner.Call} {returner.At}")));

    private int Choices(Returner r)
    {
        if (r.Done)
        {
            return 0;
        }

        return r.At switch
        {
            Returner.Returning => _returnedIsTaken[r.Slab] ? 0 : 1,
            Returner.Marking => _summaryIsTaken ? 0 : 1,
            Returner.ReturningUnseen => 2,
            _ => 1,
        };
    }

    private void Step(Returner r, int choice)
    {
        switch (r.At)
        {
            case Returner.Returning when _mistake == BoardMistake.ReturnerFenceMissing:
                _returnedIsTaken[r.Slab] = true;
                r.At = Returner.ReturningUnseen;
                break;
            case Returner.Returning: // R1: Interlocked.Or(returned, buffers)
                SeeReturned(r);
                r.At = Returner.Looking;
                break;
            case Returner.Looking: // R2: Volatile.Read(summary)
                r.At = IsMarked(r) ? Returner.Through : Returner.Marking;
                break;
            case Returner.Marking: // R3: Interlocked.Or(summary, bit)
                _summary |= 1 << r.Slab;
                r.At = Returner.Through;
                break;
            case Returner.ReturningUnseen when choice == 0:
                SeeReturned(r);
                r.At = Returner.Looking;
                break;
            case Returner.ReturningUnseen:
                r.At = IsMarked(r) ? Returner.ThroughUnseen : Returner.MarkingUnseen;
                break;
            case Returner.ThroughUnseen:
                SeeReturned(r);
                r.At = Returner.Through;
                break;
            case Returner.MarkingUnseen: // R3 releases: what comes before it is seen before it
                SeeReturned(r);
                r.At = Returner.Marking;
                break;
        }

        if (r.At == Returner.Through)
        {
            r.Next();
        }
    }

    private bool IsMarked(Returner r) => (_summary >> r.Slab & 1) != 0;

    private void SeeReturned(Returner r)
    {
        Assert.Equal(0, _returned[r.Slab] & r.Buffers);
        _returned[r.Slab] |= r.Buffers;
        _returnedIsTaken[r.Slab] = false;
    }

    private int OwnerChoices() => _harvests == _patience || (_ownerStep == 3 && _returnedIsTaken[_slab]) ? 0 : _summaryIsTaken && _ownerStep != 6 ? 2 : 1;

    private void StepOwner(int choice)
    {
        if (_summaryIsTaken && choice == 0)
        {
            // O1 is seen; the harvest may have waited for that.
            _summary = 0;
            _summaryIsTaken = false;
            EndIf(_ownerStep == 6);
            return;
        }

        switch (_ownerStep)
        {
            case 0: // Volatile.Read(summary): zero ends the harvest
                _named = _summary;
                _ownerStep = _named == 0 ? 4 : SummaryLast ? 2 : 1;
                break;
            case 1: // O1: Interlocked.Exchange(summary, 0)
                _named = _summary;
                _summaryIsTaken = _mistake == BoardMistake.OwnerFenceMissing;
                _summary = _summaryIsTaken ? _summary : 0;
                _ownerStep = SummaryLast ? 4 : 2;
                break;
            case 2: // Volatile.Read(returned)
                _slab = (_named & 1) != 0 ? 0 : 1;
                _ownerStep = _returned[_slab] == 0 ? 5 : 3;
                break;
            case 3: // O2: Interlocked.Exchange(returned, 0), which releases: O1 is seen before it
                (_summary, _summaryIsTaken) = (_summaryIsTaken ? 0 : _summary, false);
                Assert.Equal(0, _home[_slab] & _returned[_slab]);
                _home[_slab] |= _returned[_slab];
                _returned[_slab] = 0;
                _ownerStep = 5;
                break;
        }

        if (_ownerStep == 5)
        {
            _named &= ~(1 << _slab);
            _ownerStep = _named != 0 ? 2 : SummaryLast ? 1 : 4;
        }

        if (_ownerStep == 4 && _summaryIsTaken)
        {
            // The next harvest reads the same word: it is seen by then.
            _ownerStep = 6;
        }

        EndIf(_ownerStep == 4);
    }

    private void EndIf(bool isThrough)
    {
        if (isThrough)
        {
            _ownerStep = 0;
            _named = 0;
            _slab = 0;
            _harvests++;
        }
    }

    private sealed class Returner((int Slab, int Buffers)[] calls)
    {
        internal const int Returning = 0;
        internal const int Looking = 1;
        internal const int Marking = 2;
        internal const int Through = 3;
        internal const int ReturningUnseen = 4;
        internal const int MarkingUnseen = 5;
        internal const int ThroughUnseen = 6;

        internal (int Slab, int Buffers)[] Calls => calls;

        internal int Call { get; private set; }

        internal int At { get; set; }

        internal int Slab => calls[Call].Slab;

        internal int Buffers => calls[Call].Buffers;

        internal bool Done => Call == calls.Length;

        internal void Next() => (At, Call) = (Returning, Call + 1);

        internal Returner Copy() => new(calls) { Call = Call, At = At };
    }
}
