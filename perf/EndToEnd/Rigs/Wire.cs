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
    /// <summary>Packets that the kernel has received by it: what the subject sent. A count of the kernel, whoever the subject is.</summary>
    internal long Received => NetworkNamespace.Run(Namespace, () => ParseReceived(File.ReadAllText("/proc/thread-self/net/dev"), Device));

    internal static long ParseReceived(string table, string device)
    {
        string line = table.Split('\n').FirstOrDefault(line => line.TrimStart().StartsWith(device + ":", StringComparison.Ordinal))
            ?? throw new PollModeException($"There is no interface '{device}' here.");
        return long.Parse(line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
