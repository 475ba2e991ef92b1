using System.Globalization;
using PollMode.Linux;

namespace PollMode.EndToEnd;

/// <summary>
/// Where frames for a subject are put in and where those it sends come out: an interface in a namespace. Of a veth pair that is the far end, of a
/// TAP device the device itself.
/// </summary>
/// <param name="Namespace">The namespace, as <c>ip netns</c> names it.</param>
/// <param name="Device">The interface.</param>
internal sealed record Wire(string Namespace, string Device)
{
    /// <summary>Where the table of interfaces has what was received.</summary>
    internal const int ReceivedColumn = 1;

    /// <summary>Where the table of interfaces has what was sent.</summary>
    internal const int SentColumn = 9;

    /// <summary>Packets that the kernel has received by it: what the subject sent. A count of the kernel, whoever the subject is.</summary>
    internal long Received => Read(ReceivedColumn);

    /// <summary>
    /// Packets that the kernel has sent by it. A TAP device counts a packet when a program has read it, so of one this is what the subject received.
    /// </summary>
    internal long Sent => Read(SentColumn);

    /// <summary>A column of the kernel's table of interfaces.</summary>
    internal static long Parse(string table, string device, int column)
    {
        string line = table.Split('\n').FirstOrDefault(line => line.TrimStart().StartsWith(device + ":", StringComparison.Ordinal))
            ?? throw new PollModeException($"There is no interface '{device}' here.");
        return long.Parse(line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[column], CultureInfo.InvariantCulture);
    }

    private long Read(int column) => NetworkNamespace.Run(Namespace, () => Parse(File.ReadAllText("/proc/thread-self/net/dev"), Device, column));
}
