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
            if (Run(comparisons[i]) is { } result)
            {
                yield return result;
            }
        }
    }

    private ComparisonResult? Run(IComparison comparison)
    {
        Side[] sides = [.. comparison.Contenders.Where(IsThere).Select(contender => new Side(contender))];
        if (sides.Length == 0 || sides[0].Contender != comparison.Contenders[0])
        {
            progress.Say($"{comparison.Name} is left out: PollMode's own side cannot run here.");
            return null;
        }

        string loadAtStart = Machine.Load();
        for (int repetition = 1; repetition <= repetitions; repetition++)
        {
            foreach (Side side in sides)
            {
                progress.Turn(side.Contender.Name, repetition, repetitions);
                if (!Measure(side, comparison.Ranks))
                {
                    return sides[0].Runs.Count > 0 ? Result() : null;
                }
            }
        }

        return Result();

        ComparisonResult Result() => new()
        {
            Name = comparison.Name,
            Summary = comparison.Summary,
            Ranks = comparison.Ranks.Key,
            Caveat = comparison.Caveat,
            Points = comparison.Points,
            Contenders = [.. sides.Select(side => new ContenderResult(side.Contender.Name, side.Runs, side.Failure))],
            Context = Machine.Context(commandOf(comparison.Name), loadAtStart, comparison.Contenders.SelectMany(contender => contender.Needs)),
        };
    }

    private bool IsThere(Contender contender)
    {
        Tool[] missing = [.. contender.Needs.Where(tool => !tool.IsInstalled)];
        foreach (Tool tool in missing)
        {
            progress.Missing(tool, contender.Name);
        }

        return missing.Length == 0;
    }

    /// <returns>False when the run is to end.</returns>
    private bool Measure(Side side, Quantity ranks)
    {
        if (side.Failure != null)
        {
            return true;
        }

        try
        {
            bench.Stop.ThrowIfCancellationRequested();
            Measurement measured = side.Contender.Measure(bench);
            if (measured[ranks] is not > 0)
            {
                throw new PollModeException("Nothing passed, so that there is nothing to compare.");
            }

            side.Runs.Add(measured.Values);
            progress.Measured(measured, ranks);
            return true;
        }
        catch (Exception fault) when (bench.Stop.IsCancellationRequested)
        {
            _ = fault;
            return false;
        }
#pragma warning disable CA1031 // Whatever a contender's processes do wrong is its own misfortune.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            side.Failure = fault.Message;
            progress.Failed(side.Contender.Name, fault.Message);
            return true;
        }
    }

    /// <summary>A contender while it is measured.</summary>
    private sealed class Side(Contender contender)
    {
        internal Contender Contender { get; } = contender;

        internal List<IReadOnlyDictionary<string, double>> Runs { get; } = [];

        internal string? Failure { get; set; }
    }
}
