using Xunit;

namespace PollMode.Tests;

/// <summary>
/// A thread that can be stopped at every access to shared memory. It is known by what its accesses found so far: with these answers it is run
/// anew from its start, up to the first access that has none yet.
/// </summary>
/// <param name="calls">What it does, over <see cref="SteppedWords"/>; the first starts from nothing.</param>
/// <param name="memory">What the thread has to itself and keeps from call to call.</param>
internal sealed class BoardThread(Action[] calls, Func<string> memory)
{
    [ThreadStatic]
    private static BoardThread? _running;

    private readonly Dictionary<string, (BoardAccess? Next, string Place)> _known = [];
    private ulong[] _answers = [];
    private int _asked;

    /// <summary>Runs the thread, if it has not been run with these answers; what it keeps can be seen afterwards.</summary>
    /// <param name="answers">What its accesses find.</param>
    /// <returns>The access that comes next, null if the thread is through; and all that it will depend on, in a line.</returns>
    internal (BoardAccess? Next, string Place) After(ulong[] answers)
    {
        string key = string.Join(' ', answers);
        if (!_known.TryGetValue(key, out (BoardAccess? Next, string Place) after))
        {
            _known[key] = after = Run(answers);
        }

        return after;
    }

    /// <inheritdoc cref="After"/>
    internal (BoardAccess? Next, string Place) Run(ulong[] answers)
    {
        (_running, _answers, _asked) = (this, answers, 0);
        string before = string.Empty;
        int answered = 0;
        try
        {
            for (int call = 0; call < calls.Length; call++)
            {
                // A call that ended leaves nothing behind but what the thread keeps.
                (before, answered) = ($"{call} {memory()}", _asked);
                calls[call]();
            }

            Assert.Equal(answers.Length, _asked);
            return (null, $"through {memory()}");
        }
        catch (StoppedException stopped)
        {
            return (stopped.At, $"{before} {string.Join('.', answers[answered..])}");
        }
        finally
        {
            _running = null;
        }
    }

    /// <summary>What an access found, when the thread was here before; otherwise the end of this run.</summary>
    internal static ulong Ask(BoardAccess access)
    {
        BoardThread thread = _running!;
        return thread._asked < thread._answers.Length ? thread._answers[thread._asked++] : throw new StoppedException(access);
    }

    private sealed class StoppedException(BoardAccess at) : Exception
    {
        internal BoardAccess At => at;
    }
}
