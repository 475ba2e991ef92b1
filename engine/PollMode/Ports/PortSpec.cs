using System.Globalization;

namespace PollMode;

/// <summary>
/// A port by name: <c>driver:device[,key=value...]</c>, with decorators before it, joined by plus signs:
/// <c>fault:loss=1%,seed=7+pcap:in.pcap,tx=out.pcapng</c>. A comma or plus sign inside a value is written <c>\,</c> or <c>\+</c>.
/// </summary>
public sealed class PortSpec
{
    private readonly Dictionary<string, string> _values;

    private PortSpec(string text, string driver, string device, Dictionary<string, string> values)
    {
        Text = text;
        Driver = driver;
        Device = device;
        _values = values;
    }

    /// <summary>The spec as the user wrote it, of this driver or decorator alone.</summary>
    public string Text { get; }

    /// <summary>Name of the driver or decorator.</summary>
    public string Driver { get; }

    /// <summary>What stands between the colon and the first key: an interface, a file, a ring's name. May be empty.</summary>
    public string Device { get; }

    /// <summary>The keys given, with their values.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Reads a spec of one driver or decorator.</summary>
    /// <exception cref="PollModeException">It is not of the form described.</exception>
    public static PortSpec Parse(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new PollModeException("A port spec is empty; write driver:device[,key=value...], for example null:size=64.");
        }

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        int comma = text.IndexOf(',', StringComparison.Ordinal);
        int end = colon >= 0 && (comma < 0 || colon < comma) ? colon : comma;
        string driver = end < 0 ? text : text[..end];
        if (driver.Length == 0 || !driver.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
        {
            throw new PollModeException($"The port spec '{text}' does not start with a driver's name; write driver:device[,key=value...], for example null:size=64.");
        }

        string device = string.Empty;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        List<string> items = end < 0 ? [] : Split(text[(end + 1)..], ',');
        for (int i = 0; i < items.Count; i++)
        {
            int equals = items[i].IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 && i == 0)
            {
                device = items[i];
            }
            else if (equals <= 0)
            {
                throw new PollModeException($"'{items[i]}' in the port spec '{text}' is not key=value; only the device, right after the colon, stands without a key.");
            }
            else if (!values.TryAdd(items[i][..equals].Trim(), items[i][(equals + 1)..]))
            {
                throw new PollModeException($"The key '{items[i][..equals]}' stands twice in the port spec '{text}'; give it once.");
            }
        }

        return new PortSpec(text, driver, device, values);
    }

    /// <summary>Cuts a spec with decorators into its links, the driver's last.</summary>
    /// <param name="text">The whole spec.</param>
    /// <param name="isDecorator">Whether a name is a decorator's: only behind such a link a plus sign starts another.</param>
    /// <exception cref="PollModeException">A link is not of the form described.</exception>
    public static IReadOnlyList<PortSpec> ParseChain(string text, Func<string, bool> isDecorator)
    {
        ArgumentNullException.ThrowIfNull(isDecorator);
        var links = new List<PortSpec>();
        string rest = text ?? string.Empty;
        while (true)
        {
            int end = rest.AsSpan().IndexOfAny(':', ',', '+');
            string name = end < 0 ? rest : rest[..end];
            if (!isDecorator(name))
            {
                links.Add(Parse(rest));
                return links;
            }

            List<string> parts = Split(rest, '+', limit: 2, keepEscapes: true);
            if (parts.Count < 2)
            {
                throw new PollModeException($"'{rest}' is a decorator and needs a port behind it: {name}:...+driver:device, for example {name}+null.");
            }

            links.Add(Parse(parts[0].Replace("\\+", "+", StringComparison.Ordinal)));
            rest = parts[1];
        }
    }

    /// <summary>Refuses keys that are not among those of a driver, and says which there are.</summary>
    /// <exception cref="PollModeException">An unknown key.</exception>
    public void CheckKeys(IReadOnlyList<PortOption> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (string key in _values.Keys)
        {
            if (!options.Any(option => option.Key == key))
            {
                string known = options.Count == 0 ? "it takes none" : "it knows " + string.Join(", ", options.Select(option => option.Key));
                throw new PollModeException($"The driver '{Driver}' has no key '{key}' (in '{Text}'); {known}.");
            }
        }
    }

    /// <summary>The value of a key as text.</summary>
    public string GetText(string key, string otherwise = "") => _values.TryGetValue(key, out string? value) ? value : otherwise;

    /// <summary>The value of a key as a whole number.</summary>
    /// <exception cref="PollModeException">It is none, or out of range.</exception>
    public long GetInteger(string key, long otherwise, long minimum, long maximum)
    {
        if (!_values.TryGetValue(key, out string? value))
        {
            return otherwise;
        }

        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) || number < minimum || number > maximum)
        {
            throw new PollModeException($"'{key}={value}' in the port spec '{Text}' is not a whole number from {minimum} to {maximum}.");
        }

        return number;
    }

    /// <summary>The value of a key as a yes or no: true, on, yes, 1, or false, off, no, 0.</summary>
    /// <exception cref="PollModeException">It is neither.</exception>
    public bool GetSwitch(string key, bool otherwise) => !_values.TryGetValue(key, out string? value)
        ? otherwise
        : value switch
        {
            "true" or "on" or "yes" or "1" => true,
            "false" or "off" or "no" or "0" => false,
            _ => throw new PollModeException($"'{key}={value}' in the port spec '{Text}' is neither 'true' nor 'false'."),
        };

    /// <summary>The value of a key as one word of a list.</summary>
    /// <exception cref="PollModeException">It is not in the list.</exception>
    public string GetWord(string key, string otherwise, params ReadOnlySpan<string> words)
    {
        if (!_values.TryGetValue(key, out string? value))
        {
            return otherwise;
        }

        return words.Contains(value)
            ? value
            : throw new PollModeException($"'{key}={value}' in the port spec '{Text}' is not one of {string.Join(", ", words.ToArray())}.");
    }

    /// <summary>The value of a key as a probability: 0.01 or 1%.</summary>
    /// <exception cref="PollModeException">It is none.</exception>
    public double GetFraction(string key, double otherwise)
    {
        if (!_values.TryGetValue(key, out string? value))
        {
            return otherwise;
        }

        bool percent = value.EndsWith('%');
        if (!double.TryParse(percent ? value[..^1] : value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            || !((number = percent ? number / 100 : number) is >= 0 and <= 1))
        {
            throw new PollModeException($"'{key}={value}' in the port spec '{Text}' is not a fraction from 0 to 1 or a percentage from 0% to 100%.");
        }

        return number;
    }

    /// <summary>The spec as the user wrote it.</summary>
    public override string ToString() => Text;

    private static List<string> Split(string text, char separator, int limit = int.MaxValue, bool keepEscapes = false)
    {
        var parts = new List<string>();
        var part = new System.Text.StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is ',' or '+')
            {
                _ = keepEscapes ? part.Append('\\').Append(text[++i]) : part.Append(text[++i]);
            }
            else if (text[i] == separator && parts.Count + 1 < limit)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                part.Append(text[i]);
            }
        }

        parts.Add(part.ToString());
        return parts;
    }
}
