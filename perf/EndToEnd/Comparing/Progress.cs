namespace PollMode.EndToEnd;

/// <summary>Says on standard error what goes on: a line that changes on a terminal, a line for each run elsewhere.</summary>
internal sealed class Progress(TextWriter writer, bool isTerminal)
{
    private readonly HashSet<string> _said = [];
    private string _place = "";
    private string _turn = "";

    internal void Begin(IComparison comparison, int index, int count) => _place = $"[{index + 1}/{count}] {comparison.Name}";

    internal void Turn(string contender, int repetition, int repetitions)
    {
        _turn = $"{_place}: {contender}, run {repetition} of {repetitions}";
        if (isTerminal)
        {
            writer.Write($"\r\u001b[K{_turn} ...");
        }
    }

    internal void Measured(Measurement measured, Quantity ranks)
    {
        if (!isTerminal)
        {
            writer.WriteLine($"{_turn}: {(measured[ranks] is { } value ? ranks.Format(value) + " " + ranks.Unit : "no figure")}");
        }
    }

    internal void Failed(string contender, string sentence) => Say($"{_place}: {contender} failed. {sentence}");

    /// <summary>Names a program that is not installed, once.</summary>
    internal void Missing(Tool tool, string contender)
    {
        if (_said.Add(tool.Program))
        {
            Say($"{tool.Program} is not installed, so that {contender} is left out; get it with '{tool.Remedy}'.");
        }
    }

    internal void Say(string sentence)
    {
        Clear();
        writer.WriteLine(sentence);
    }

    internal void Clear()
    {
        if (isTerminal)
        {
            writer.Write("\r\u001b[K");
        }
    }
}
