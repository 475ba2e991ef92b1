using System.Globalization;

namespace PollMode.EndToEnd;

/// <summary>Something that a run measures.</summary>
/// <param name="Key">Its name in JSON, with the unit it is kept in.</param>
/// <param name="Title">Its name in tables.</param>
/// <param name="Unit">The unit it is shown in.</param>
/// <param name="Scale">What a kept value is multiplied by to be shown.</param>
/// <param name="MoreIsBetter">Which way a ratio goes: above one always means that PollMode is ahead.</param>
internal sealed record Quantity(string Key, string Title, string Unit, double Scale, bool MoreIsBetter)
{
    /// <summary>Packets that the work was done on, per second.</summary>
    internal static readonly Quantity PacketRate = new("packets_per_second", "rate", "Mpps", 1e-6, true);

    /// <summary>User and system time of the whole process over the packets.</summary>
    internal static readonly Quantity CpuTime = new("cpu_ns_per_packet", "CPU per packet", "ns", 1, false);

    /// <summary>Part of the offered packets that did not arrive.</summary>
    internal static readonly Quantity Loss = new("loss", "loss", "%", 100, false);

    /// <summary>System calls of the process over the packets.</summary>
    internal static readonly Quantity SystemCalls = new("system_calls_per_1000_packets", "system calls per 1000 packets", "", 1, false);

    /// <summary>Managed bytes allocated by all threads but the one that looks, in the measured time.</summary>
    internal static readonly Quantity Allocated = new("bytes_allocated", "allocated", "bytes", 1, false);

    /// <summary>What one object costs to get and put back, or to put in and take out.</summary>
    internal static readonly Quantity ObjectTime = new("ns_per_object", "per object", "ns", 1, false);

    /// <summary>What a cache line takes from one of the two cores to the other while the run is made. Nobody's merit: it says which runs compare.</summary>
    internal static readonly Quantity CoreDistance = new("ns_between_cores", "between the cores", "ns", 1, false);

    /// <summary>Every quantity, in the order of tables. Latency percentiles belong here, too, once something measures them.</summary>
    internal static IReadOnlyList<Quantity> All { get; } = [PacketRate, ObjectTime, CpuTime, Loss, SystemCalls, Allocated, CoreDistance];

    internal static Quantity Of(string key) => All.FirstOrDefault(quantity => quantity.Key == key) ?? throw new PollModeException($"There is no quantity '{key}'.");

    /// <summary>Three significant digits, in the unit it is shown in.</summary>
    internal string Format(double value) => Spread.Digits(value * Scale);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Title}{(Unit.Length > 0 ? ", " + Unit : "")}");
}
