using PollMode.Drivers.Traffic;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PollMode.Examples.PacketGen;

/// <summary>What happens now, on a terminal; nothing where the output is no terminal or is to be quiet.</summary>
internal sealed class LiveView : IDisposable
{
    private const int MostStreams = 16;

    private readonly BlockingTable? _table;

    private LiveView(BlockingTable? table) => _table = table;

    public static LiveView For(GeneratorOptions options) => new(options.IsQuiet || Console.IsOutputRedirected ? null : new BlockingTable());

    public void Update(TrafficResult result, IReadOnlyList<RateSample> samples) => _table?.Show(Draw(result, samples));

    public void Dispose() => _table?.Dispose();

    internal static IRenderable Draw(TrafficResult result, IReadOnlyList<RateSample> samples)
    {
        RateSample now = samples.Count > 0 ? samples[^1] : new RateSample(0, 0, 0);
        Table table = new Table().Title("PollMode packetgen, Ctrl-C for the result so far");
        foreach (string heading in (string[])["stream", "sent", "received", "lost", "dup", "late", "bad", "P50", "P99", "P99.9", "max"])
        {
            table.AddColumn(new TableColumn(heading) { Alignment = heading == "stream" ? Justify.Left : Justify.Right, NoWrap = true });
        }

        foreach (StreamResult stream in result.Streams.Take(MostStreams))
        {
            table.AddRow(
                Markup.Escape(stream.Name),
                $"{stream.Sent:N0}",
                $"{stream.Received:N0}",
                $"{stream.Lost:N0}",
                $"{stream.Duplicated:N0}",
                $"{stream.Reordered:N0}",
                $"{stream.Corrupted:N0}",
                Short(stream.Latency.P50),
                Short(stream.Latency.P99),
                Short(stream.Latency.P999),
                Short(stream.Latency.Max));
        }

        string asked = result.AskedPacketsPerSecond > 0 ? Audit.Show(result.AskedPacketsPerSecond) : "as much as possible";
        return new Rows(
            table,
            new Text($"{now.Seconds:F1} s: sending {Audit.Show(now.SentPerSecond)}, asked {asked}; receiving {Audit.Show(now.ReceivedPerSecond)}"),
            new Text($"since the start: {Audit.Show(result.PacketsPerSecond)}, {result.WireBitsPerSecond / 1e9:F3} Gbit/s on the wire, {TimeText.Format(result.LagNanoseconds)} behind; foreign packets {result.Foreign:N0}{(result.KeptUp ? string.Empty : "; CANNOT KEEP UP")}"));
    }

    /// <summary>Three digits, so that a row fits eighty columns.</summary>
    private static string Short(double nanoseconds) => nanoseconds switch
    {
        >= 1e9 => $"{nanoseconds / 1e9:G3}s",
        >= 1e6 => $"{nanoseconds / 1e6:G3}ms",
        >= 1e3 => $"{nanoseconds / 1e3:G3}us",
        _ => $"{nanoseconds:0}ns",
    };

    /// <summary>Draws over the last drawing. Spectre's own live display wants to own the loop, which here belongs to the run.</summary>
    private sealed class BlockingTable : IDisposable
    {
        private readonly AutoResetEvent _changed = new(false);
        private readonly Thread _thread;
        private volatile IRenderable? _next;
        private volatile bool _isOver;

        public BlockingTable()
        {
            _thread = new Thread(Run) { Name = "packetgen-view", IsBackground = true };
            _thread.Start();
        }

        public void Show(IRenderable drawing)
        {
            _next = drawing;
            _changed.Set();
        }

        public void Dispose()
        {
            _isOver = true;
            _changed.Set();
            _thread.Join();
            _changed.Dispose();
        }

        private void Run() => AnsiConsole.Live(new Text(string.Empty)).Start(live =>
        {
            while (!_isOver)
            {
                _changed.WaitOne();
                if (_next is { } next)
                {
                    live.UpdateTarget(next);
                }
            }
        });
    }
}
