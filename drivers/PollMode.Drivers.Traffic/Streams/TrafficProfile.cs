using System.Text.Json;
using System.Text.Json.Serialization;

namespace PollMode.Drivers.Traffic;

/// <summary>A plan as a JSON file: <c>{ "duration": "10s", "streams": [ { "rate": "1Mpps", "size": "imix" } ] }</c>. Values have the syntax of the command line.</summary>
/// <remarks>Its properties are set, not initialized: generated deserializers give those that are initialized no default.</remarks>
public sealed record TrafficProfile
{
    /// <summary>The streams.</summary>
    public IReadOnlyList<StreamProfile> Streams { get; set; } = [];

    /// <summary>What chance is made from.</summary>
    public long Seed { get; set; } = 1;

    /// <summary>How long the run is; <c>0s</c> for no end.</summary>
    public string Duration { get; set; } = "0s";

    /// <summary>The line's rate on the wire, <c>10Gbps</c>; empty when unknown.</summary>
    public string Line { get; set; } = string.Empty;

    /// <summary>payload or frame: what signatures cover.</summary>
    public string Verify { get; set; } = "payload";

    /// <summary>How far sending may fall behind before the schedule is moved; <c>0s</c> for never.</summary>
    [JsonPropertyName("maxBehind")]
    public string MaxBehind { get; set; } = "0s";

    /// <summary>Reads a profile from a file.</summary>
    /// <exception cref="PollModeException">It cannot be read, or is not a profile.</exception>
    public static TrafficProfile Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PollModeException($"The profile '{path}' cannot be read: {fault.Message} Name a file that exists.", fault);
        }
    }

    /// <summary>Reads a profile from text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="PollModeException">It is not a profile.</exception>
    public static TrafficProfile Parse(string json, string name = "profile")
    {
        try
        {
            return JsonSerializer.Deserialize(json, TrafficJson.Default.TrafficProfile)
                ?? throw new PollModeException($"The profile '{name}' holds null; write an object with streams.");
        }
        catch (JsonException fault)
        {
            throw new PollModeException($"The profile '{name}' does not parse, at line {fault.LineNumber + 1}: {fault.Message.Split(" Path:")[0]}", fault);
        }
    }

    /// <summary>The plan that the profile describes, checked.</summary>
    /// <exception cref="PollModeException">A value is not of its syntax, or the plan cannot be.</exception>
    public TrafficPlan ToPlan()
    {
        if (Streams.Count == 0)
        {
            throw new PollModeException("The profile has no streams; give at least one, for example { \"streams\": [ { \"rate\": \"1Mpps\" } ] }.");
        }

        var plan = new TrafficPlan
        {
            Streams = [.. Streams.Select(stream => stream.ToPlan())],
            Seed = Seed,
            DurationNanoseconds = TimeText.ParseNanoseconds(Duration),
            LineBitsPerSecond = ReadLine(Line),
            MaxBehindNanoseconds = TimeText.ParseNanoseconds(MaxBehind),
            ChecksWholeFrame = Verify switch
            {
                "payload" => false,
                "frame" => true,
                _ => throw new PollModeException($"'{Verify}' is not something to verify; write payload or frame."),
            },
        };
        plan.Validate();
        return plan;
    }

    /// <summary>Reads a line's rate, which is always one on the wire.</summary>
    /// <exception cref="PollModeException">It is no rate in bits.</exception>
    public static double ReadLine(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return 0;
        }

        Rate rate = Traffic.Rate.Parse(text);
        return rate.Unit is RateUnit.FrameBitsPerSecond or RateUnit.WireBitsPerSecond
            ? rate.Value
            : throw new PollModeException($"'{text}' is not the rate of a line; write it in bits, for example 10Gbps.");
    }
}
