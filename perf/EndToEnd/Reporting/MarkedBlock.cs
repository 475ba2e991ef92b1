namespace PollMode.EndToEnd;

/// <summary>A part of a Markdown file that a program writes, between two comments that do not show.</summary>
internal static class MarkedBlock
{
    internal static string Begin(string name) => $"<!-- {name}: written by 'compare', not by hand -->";

    internal static string End(string name) => $"<!-- end of {name} -->";

    /// <summary>The text with what is between the markers replaced.</summary>
    /// <exception cref="PollModeException">The markers are not there, each once and in order.</exception>
    internal static string Replace(string text, string name, string content)
    {
        int begin = Only(text, Begin(name));
        int end = Only(text, End(name));
        if (end < begin)
        {
            throw new PollModeException($"The marker '{End(name)}' comes before '{Begin(name)}'.");
        }

        return text[..(begin + Begin(name).Length)] + "\n" + content.Trim('\n') + "\n" + text[end..];
    }

    private static int Only(string text, string marker)
    {
        int at = text.IndexOf(marker, StringComparison.Ordinal);
        return at >= 0 && text.IndexOf(marker, at + 1, StringComparison.Ordinal) < 0
            ? at
            : throw new PollModeException($"The text must hold the line '{marker}' once, to say where the results belong.");
    }
}
