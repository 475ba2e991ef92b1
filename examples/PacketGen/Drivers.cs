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
}
