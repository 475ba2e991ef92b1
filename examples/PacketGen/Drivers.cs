using PollMode.Drivers.AfPacket;
using PollMode.Drivers.AfXdp;
using PollMode.Drivers.Memif;
using PollMode.Drivers.Software;
using PollMode.Drivers.Tap;
using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>The drivers that this program knows. To add one, reference its project and add a line.</summary>
internal static class Drivers
{
    /// <summary>A registry, with the traffic driver that the caller keeps to find its port by.</summary>
    public static DriverRegistry With(TrafficDriver traffic) => new DriverRegistry()
        .AddSoftwareDrivers()
        .AddTrafficDrivers()
        .Add(new AfXdpDriver())
        .Add(new AfPacketDriver())
        .Add(new MemifDriver())
        .Add(new TapDriver())
        .Add(traffic);

    /// <summary>Writes every driver and decorator with its keys.</summary>
    public static void Write(TextWriter writer)
    {
        DriverRegistry all = With(new TrafficDriver());
        writer.WriteLine("A port is named driver:device[,key=value...]; a decorator stands in front of a port: decorator:key=value+driver:device.");
        foreach ((string summary, IReadOnlyList<PortOption> options) in all.Drivers.Select(driver => (driver.Summary, driver.Options)).Concat(all.Decorators.Select(decorator => (decorator.Summary, decorator.Options))))
        {
            writer.WriteLine();
            writer.WriteLine(summary);
            foreach (PortOption option in options)
            {
                writer.WriteLine($"    {option.Key,-14} {option.Help}{(option.Default.Length > 0 ? $" (default {option.Default})" : string.Empty)}");
            }
        }
    }
}
