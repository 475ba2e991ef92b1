using System.Collections.Concurrent;
using PollMode.Drivers.Software;

namespace PollMode.Hosting.Tests;

/// <summary>The null driver under the name <c>recording</c>, with a record of what the engine asks of it.</summary>
public sealed class RecordingDriver : IPortDriver
{
    private readonly NullDriver _inner = new();

    public string Name => "recording";

    public string Summary => "null, with a record";

    public IReadOnlyList<PortOption> Options => _inner.Options;

    public ConcurrentQueue<string> Events { get; } = new();

    /// <summary>What the ports say of their link.</summary>
    public LinkState Link { get; set; }

    /// <summary>While set, transmit queues say that packets they took have not left yet.</summary>
    public bool Holds { get; set; }

    public void Note(string what)
    {
        if (!Events.Contains(what))
        {
            Events.Enqueue(what);
        }
    }

    public PortPlan Probe(PortSpec spec)
    {
        Note("probe");
        return _inner.Probe(PortSpec.Parse(Rename(spec)));
    }

    public IPort Open(PortSpec spec, PortContext context)
    {
        Note("open");
        return new RecordingPort(this, spec.Text, _inner.Open(PortSpec.Parse(Rename(spec)), context));
    }

    private static string Rename(PortSpec spec) => spec.Text.Replace("recording", "null", StringComparison.Ordinal);
}
