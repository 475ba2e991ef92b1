using System.Diagnostics;

namespace PollMode.EndToEnd;

/// <summary>
/// Measures the contenders of comparisons in turn, A B A B, so that whatever else happens on the machine happens to all of them.
/// A contender that fails costs itself the comparison, not the others; who stops the run keeps what was measured so far.
/// </summary>
internal sealed class ComparisonRunner(Bench bench, int repetitions, Func<string, string> commandOf, Progress progress)
{
    /// <summary>Runs comparisons one after the other, and gives each as soon as it is done.</summary>
    internal IEnumerable<ComparisonResult> Run(IReadOnlyList<IComparison> comparisons)
    {
        for (int i = 0; i < comparisons.Count && !bench.Stop.IsCancellationRequested; i++)
        {
            progress.Begin(comparisons[i], i, comparisons.Count);
            if (Trial.Begin(comparisons[i], bench, progress, commandOf) is not { } trial)
            {
                continue;
            }

            for (int repetition = 1; repetition <= repetitions && trial.Repeat(repetition, repetitions); repetition++)
            {
            }

            if (trial.HasResult)
            {
                yield return trial.Result();
            }
        }
    }

    /// <summary>
    /// Runs all comparisons once, then all of them again, until each had its repetitions or the time is over: what runs out of time has
    /// fewer runs, and none is left out. Gives each comparison after each pass anew, with all its runs so far.
    /// </summary>
    /// <param name="comparisons">In the order of a pass.</param>
    /// <param name="time">When it is over no comparison is begun any more.</param>
    internal IEnumerable<ComparisonResult> RunInPasses(IReadOnlyList<IComparison> comparisons, TimeSpan time)
    {
        var trials = new Trial?[comparisons.Count];
        long start = Stopwatch.GetTimestamp();
        for (int repetition = 1; repetition <= repetitions; repetition++)
        {
            for (int i = 0; i < trials.Length; i++)
            {
                if (bench.Stop.IsCancellationRequested || Stopwatch.GetElapsedTime(start) >= time)
                {
                    yield break;
                }

                progress.Begin(comparisons[i], i, comparisons.Count);
                trials[i] = repetition == 1 ? Trial.Begin(comparisons[i], bench, progress, commandOf) : trials[i];
                if (trials[i] is { } trial)
                {
                    trial.Repeat(repetition, repetitions);
                    if (trial.HasResult)
                    {
                        yield return trial.Result();
                    }
                }
            }
        }
    }
}
