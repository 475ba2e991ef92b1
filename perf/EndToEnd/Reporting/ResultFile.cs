using System.Text.Json;
using System.Text.Json.Serialization;

namespace PollMode.EndToEnd;

/// <summary>Results as JSON. One file holds those of many invocations: a comparison that is run again replaces its older result.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <exception cref="PollModeException">The file is none of ours.</exception>
    internal static IReadOnlyList<ComparisonResult> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            return JsonSerializer.Deserialize<ComparisonResult[]>(File.ReadAllText(path), Format) ?? [];
        }
        catch (JsonException fault)
        {
            throw new PollModeException($"'{path}' does not hold results of compare: {fault.Message}", fault);
        }
    }

    internal static void Write(string path, IEnumerable<ComparisonResult> results) => File.WriteAllText(path, JsonSerializer.Serialize(results, Format) + "\n");

    /// <summary>Old results with new ones in their places, in the order of a catalogue; what the catalogue has no more goes.</summary>
    internal static IReadOnlyList<ComparisonResult> Merge(IEnumerable<ComparisonResult> old, IEnumerable<ComparisonResult> fresh, IReadOnlyList<string> order)
    {
        var byName = new Dictionary<string, ComparisonResult>();
        foreach (ComparisonResult result in old.Concat(fresh))
        {
            byName[result.Name] = result;
        }

        return [.. order.Where(byName.ContainsKey).Select(name => byName[name])];
    }
}
