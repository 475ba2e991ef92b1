namespace PollMode.Tests;

/// <summary>
/// Threads over one <see cref="HomeBoard"/>, each stopped at its next access to shared memory: returners, and the owner as the last. What they
/// run is <see cref="HomeBoard.Return{TWords}"/> and <see cref="HomeBoard.Harvest{TWords}"/> themselves; the words are the machine's.
/// </summary>
/// <remarks>
/// With all fences it is sequentially consistent, which is what the locked instructions of x86-64 and the acquiring and releasing ones of
/// Arm64 give. Without one of them a read-modify-write is two steps: it has read and nobody else can write the word, but what it writes
/// is not seen yet, and the thread's next loads go ahead of it, as from a store buffer. Torn apart, others write in between.
/// </remarks>
internal sealed class BoardMachine
{
    private readonly BoardRun _run;
    private readonly BoardMistake _mistake;
    private readonly SortedDictionary<nint, ulong> _words;
    private readonly ulong[][] _answers;
    private readonly (nint Word, ulong Value)?[] _unseen;

    internal BoardMachine(BoardRun run, BoardMistake mistake)
    {
        _run = run;
        _mistake = mistake;
        _words = [];
        _answers = [.. run.Threads.Select(_ => Array.Empty<ulong>())];
        _unseen = new (nint, ulong)?[run.Threads.Length];
    }

    private BoardMachine(BoardMachine other)
    {
        (_run, _mistake) = (other._run, other._mistake);
        _words = new SortedDictionary<nint, ulong>(other._words);
        _answers = [.. other._answers];
        _unseen = [.. other._unseen];
    }

    internal int Threads => _answers.Length;

    private int Owner => Threads - 1;

    internal BoardMachine Copy() => new(this);

    /// <summary>Steps that a thread may take next: none when it has ended or waits for a word, two where a load may go ahead.</summary>
    internal int Choices(int thread)
    {
        BoardAccess? next = NextOf(thread);
        if (_unseen[thread] is { } unseen)
        {
            return !IsTorn(thread) && next is { Kind: BoardAccess.Of.Read } load && load.Word != unseen.Word ? 2 : 1;
        }

        bool waits = next is { Kind: not BoardAccess.Of.Read } write && Enumerable.Range(0, Threads).Any(other => !IsTorn(other) && _unseen[other]?.Word == write.Word);
        return next == null || waits ? 0 : 1;
    }

    /// <summary>Takes a step; the first choice is that what was written is seen.</summary>
    internal void Step(int thread, int choice)
    {
        if (_unseen[thread] is { } unseen && choice == 0)
        {
            _words[unseen.Word] = unseen.Value;
            _unseen[thread] = null;
            return;
        }

        BoardAccess access = NextOf(thread)!.Value;
        ulong found = _words.GetValueOrDefault(access.Word);
        _answers[thread] = [.. _answers[thread], found];
        if (access.Kind != BoardAccess.Of.Read && IsLate(thread))
        {
            _unseen[thread] = (access.Word, access.Apply(found));
        }
        else
        {
            _words[access.Word] = access.Apply(found);
        }
    }

    /// <summary>After everybody is through one harvest more must bring everything home, and nothing twice: no word is left without its summary bit.</summary>
    internal bool IsComplete()
    {
        ulong[] answers = _answers[Owner];
        while (_run.Last.Run(answers).Next is { } access)
        {
            ulong found = _words.GetValueOrDefault(access.Word);
            _words[access.Word] = access.Apply(found);
            answers = [.. answers, found];
        }

        return _run.IsAllHome();
    }

    /// <summary>A state in a line: two ways into the same one need to be followed once only.</summary>
    internal string Key() => $"{string.Join(',', _words)} {string.Join(',', _unseen)} {string.Join(',', _run.Threads.Select((thread, i) => thread.After(_answers[i]).Place))}";

    private BoardAccess? NextOf(int thread) => _run.Threads[thread].After(_answers[thread]).Next;

    private bool IsTorn(int thread) => _mistake == (thread == Owner ? BoardMistake.OwnerTornApart : BoardMistake.ReturnerTornApart);

    /// <summary>Whether what a thread writes is seen in a step of its own.</summary>
    private bool IsLate(int thread) => IsTorn(thread) || _mistake == (thread == Owner ? BoardMistake.OwnerFenceMissing : BoardMistake.ReturnerFenceMissing);
}
