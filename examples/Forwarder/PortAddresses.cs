using System.Globalization;
using PollMode.Wire;

namespace PollMode.Examples.Forwarder;

/// <summary>Reads options of the form PORT,MAC, as testpmd has them.</summary>
internal static class PortAddresses
{
    public static IReadOnlyList<MacAddress> Read(string option, string[]? texts, int ports, Func<int, ulong> otherwise)
    {
        MacAddress[] addresses = [.. Enumerable.Range(0, ports).Select(port => new MacAddress(otherwise(port)))];
        foreach (string text in texts ?? [])
        {
            string[] parts = text.Split(',', 2);
            if (parts.Length != 2
                || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int port)
                || !MacAddress.TryParse(parts[1], out MacAddress address))
            {
                throw new PollModeException($"{option} {text} is not PORT,MAC; write for example {option} 0,02:00:00:00:00:01.");
            }

            addresses[port < ports ? port : throw new PollModeException($"{option} {text} names port {port}, which is not there; the last port is {ports - 1}, the first 0.")] = address;
        }

        return addresses;
    }
}
