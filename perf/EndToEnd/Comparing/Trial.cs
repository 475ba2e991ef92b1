namespace PollMode.EndToEnd;

/// <summary>One comparison while it is measured: its contenders and their runs so far.</summary>
internal sealed class Trial
{
    private static readonly TimeSpan PlacementPause = TimeSpan.FromSeconds(0.7);

    private readonly IComparison _comparison;
    private readonly Side[] _sides;
    private readonly Bench _bench;
    private readonly Progress _progress;
    private readonly Func<string, string> _commandOf;
    private readonly string _loadAtStart = Machine.Load();
    private readonly CorePlacement? _placement;
    private bool _ended;

    private Trial(IComparison comparison, Side[] sides, Bench bench, Progress progress, Func<string, string> commandOf)
    {
        _comparison = comparison;
        _sides = sides;
        _bench = bench;
        _progress = progress;
        _commandOf = commandOf;
        _placement = comparison.CrossesCores && bench.Core != bench.OtherCore
            ? new CorePlacement(() => CoreDistance.Measure(bench.Core, bench.OtherCore), () => bench.Stop.WaitHandle.WaitOne(PlacementPause))
            : null;
    }

    /// <summary>Whether there is something to show: PollMode was measured, or failed.</summary>
    internal bool HasResult => _sides[0].Runs.Count > 0 || _sides[0].Failure != null;

    /// <summary>Begins a comparison with those contenders whose programs are installed.</summary>
    /// <returns>Null if PollMode's own side is not among them.</returns>
    internal static Trial? Begin(IComparison comparison, Bench bench, Progress progress, Func<string, string> commandOf)
    {
        Side[] sides = [.. comparison.Contenders.Where(contender => IsThere(contender, bench, progress)).Select(contender => new Side(contender))];
        if (sides.Length > 0 && sides[0].Contender.Name == comparison.Contenders[0].Name)
        {
            return new Trial(comparison, sides, bench, progress, commandOf);
        }

        progress.Say($"{comparison.Name} is left out: PollMode's own side cannot run here.");
        return null;
    }

    /// <summary>Measures each contender once more that has not failed.</summary>
    /// <returns>False when the run is to end.</returns>
    internal bool Repeat(int repetition, int repetitions)
    {
        _placement?.BeginTurn();
        foreach (Side side in _sides)
        {
            _progress.Turn(side.Contender.Name, repetition, repetitions);
            _ended |= !Measure(side);
            if (_ended)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>All runs so far, with their circumstances.</summary>
    internal ComparisonResult Result() => new()
    {
        Name = _comparison.Name,
        Summary = _comparison.Summary,
        Ranks = _comparison.Ranks.Key,
        Caveat = _comparison.Caveat,
        Points = _comparison.Points,
        Contenders = [.. _sides.Select(side => new ContenderResult(side.Contender.Name, [.. side.Runs], side.Failure))],
        Context = Machine.Context(_commandOf(_comparison.Name), _loadAtStart, _comparison.Contenders.SelectMany(contender => contender.Needs).Select(_bench.Actual)),
    };

    private static bool IsThere(Contender contender, Bench bench, Progress progress)
    {
        Tool[] missing = [.. contender.Needs.Select(bench.Actual).Where(tool => !tool.IsInstalled)];
        foreach (Tool tool in missing)
        {
            progress.Missing(tool, contender.Name);
        }

        return missing.Length == 0;
    }

    /// <returns>False when the run is to end.</returns>
    private bool Measure(Side side)
    {
        if (side.Failure != null)
        {
            return true;
        }

        try
        {
            _bench.Stop.ThrowIfCancellationRequested();
            Measurement measured = _placement?.Measure(() => side.Contender.Measure(_bench)) ?? side.Contender.Measure(_bench);
            if (measured[_comparison.Ranks] is not > 0)
            {
                throw new PollModeException("Nothing passed, so that there is nothing to compare.");
            }

            side.Runs.Add(measured.Values);
            _progress.Measured(measured, _comparison.Ranks);
            return true;
        }
        catch (Exception fault) when (_bench.Stop.IsCancellationRequested)
        {
            _ = fault;
            return false;
        }
#pragma warning disable CA1031 // Whatever a contender's processes do wrong is its own misfortune.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            side.Failure = fault.Message;
            _progress.Failed(side.Contender.Name, fault.Message);
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
