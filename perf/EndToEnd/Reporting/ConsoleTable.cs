namespace PollMode.EndToEnd;

/// <summary>A result as a line for a terminal, and one for each peer.</summary>
internal static class ConsoleTable
{
    private const int NameWidth = 32;

    internal static string Row(ComparisonResult result)
    {
        var lines = new List<string> { $"{result.Name,-NameWidth} {Side(result, result.PollMode)}" };
        foreach (ContenderResult peer in result.Contenders.Skip(1))
        {
            double[] ratios = [.. result.RatiosTo(peer)];
            lines.Add($"{"",-NameWidth} {Side(result, peer)}{(ratios.Length > 0 ? $"   ratio {Spread.Of(ratios)}" : "")}");
        }

        return string.Join('\n', lines);
    }

    private static string Side(ComparisonResult result, ContenderResult contender)
    {
        IEnumerable<string> values = Quantity.All.Where(quantity => contender.Of(quantity) is { } spread && (quantity == result.Quantity || spread.Maximum > 0))
            .Select(quantity => Value(quantity, contender.Of(quantity)!, quantity == result.Quantity));
        string text = $"{contender.Name,-9} {string.Join(", ", values)}";
        return contender.Failure == null ? text : $"{text} failed: {contender.Failure}";
    }

    private static string Value(Quantity quantity, Spread spread, bool isRanked)
    {
        string number = isRanked
            ? new Spread(spread.Minimum * quantity.Scale, spread.Median * quantity.Scale, spread.Maximum * quantity.Scale).ToString()
            : quantity.Format(spread.Median);
        return isRanked ? $"{number} {quantity.Unit}" : $"{quantity.Title} {number} {quantity.Unit}".TrimEnd();
    }
}
