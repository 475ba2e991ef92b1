using System.Globalization;

namespace PollMode.Examples.Isolated;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    internal const string Usage =
        """
        Isolated plain|isolated [key=value...]
          library=PATH      the published data plane (isolated mode)
          ports=A B         port specs, between blanks        (gen:size=64,flows=16,rate=1000000 null)
          cores=LIST        the worker's core                 (the last one there is)
          idle=KIND         BusySpin, Pause, Adaptive         (BusySpin)
          alloc=HOW         none, light, hard: what the app does beside
          seconds=N         length of the run                 (5)
          threshold=US      a gap counts from so many microseconds on (100; 0 to record none)
          keep-off=yes|no   keep the app's threads off the worker's core (isolated: yes)
          sample=N          the app reads one frame of N      (isolated, 1000)
        """;

    internal bool Isolated { get; private init; }

    internal string Library { get; private init; } = string.Empty;

    internal string Allocate { get; private init; } = "none";

    internal int Seconds { get; private init; } = 5;

    internal bool KeepOff { get; private init; }

    internal string SampleEvery { get; private init; } = "1000";

    internal EngineOptions Engine { get; } = new() { Name = "isolated", Workers = 1 };

    internal static Options Parse(string[] arguments)
    {
        if (arguments.Length == 0 || arguments[0] is not ("plain" or "isolated"))
        {
            throw new PollModeException(Usage);
        }

        bool isolated = arguments[0] == "isolated";
        var values = arguments.Skip(1).Select(each => each.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair.Length > 1 ? pair[1] : string.Empty, StringComparer.Ordinal);
        string Take(string key, string otherwise) => values.Remove(key, out string? value) ? value : otherwise;
        int Number(string key, string otherwise) => int.Parse(Take(key, otherwise), NumberStyles.None, CultureInfo.InvariantCulture);

        var options = new Options
        {
            Isolated = isolated,
            Library = Take("library", Path.Combine(AppContext.BaseDirectory, "IsolatedDataPlane.so")),
            Allocate = Take("alloc", "none"),
            Seconds = Number("seconds", "5"),
            KeepOff = Take("keep-off", isolated ? "yes" : "no") == "yes",
            SampleEvery = Take("sample", "1000"),
        };
        foreach (string port in Take("ports", "gen:size=64,flows=16,rate=1000000 null:rx=0").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            options.Engine.Ports.Add(port);
        }

        options.Engine.Cores = Take("cores", (Environment.ProcessorCount - 1).ToString(CultureInfo.InvariantCulture));
        options.Engine.Idle = Enum.Parse<IdleKind>(Take("idle", "BusySpin"));
        options.Engine.StallThreshold = TimeSpan.FromMicroseconds(Number("threshold", "100"));
        return values.Count == 0 ? options : throw new PollModeException($"There is no option '{values.Keys.First()}'.\n{Usage}");
    }
}
