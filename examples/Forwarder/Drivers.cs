using PollMode.Drivers.AfPacket;
using PollMode.Drivers.AfXdp;
using PollMode.Drivers.Memif;
using PollMode.Drivers.Software;
using PollMode.Drivers.Tap;

namespace PollMode.Examples.Forwarder;

/// <summary>The drivers that this program knows. To add one, reference its project and add a line.</summary>
internal static class Drivers
{
    /// <summary>By name, for port specs.</summary>
    public static DriverRegistry All { get; } = new DriverRegistry()
        .AddSoftwareDrivers()
        .Add(new AfXdpDriver())
        .Add(new AfPacketDriver())
        .Add(new MemifDriver())
        .Add(new TapDriver());

    /// <summary>Writes every driver and decorator with its keys.</summary>
    public static void Write(TextWriter writer)
    {
        writer.WriteLine("A port is named driver:device[,key=value...]; a decorator stands in front of a port: decorator:key=value+driver:device.");
        foreach (IPortDriver driver in All.Drivers)
        {
            Write(writer, driver.Summary, driver.Options);
        }

        foreach (IPortDecorator decorator in All.Decorators)
        {
            Write(writer, decorator.Summary, decorator.Options);
        }
    }

    private static void Write(TextWriter writer, string summary, IReadOnlyList<PortOption> options)
    {
        writer.WriteLine();
        writer.WriteLine(summary);
        foreach (PortOption option in options)
        {
            string defaults = option.Default.Length > 0 ? $" (default {option.Default})" : string.Empty;
            writer.WriteLine($"    {option.Key,-14} {option.Help}{defaults}");
        }
    }
}
