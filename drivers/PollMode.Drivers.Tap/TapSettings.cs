using System.Globalization;
using PollMode.Linux;

namespace PollMode.Drivers.Tap;

/// <summary>What a TAP port's spec says.</summary>
internal sealed record TapSettings
{
    internal const int MaxQueues = 64;

    internal required string Name { get; init; }

    internal required string Mode { get; init; }

    internal required int Queues { get; init; }

    internal required bool Persist { get; init; }

    internal required string Offload { get; init; }

    /// <summary>The address to set, six bytes in the low 48 bits; null to leave it.</summary>
    internal required ulong? Mac { get; init; }

    /// <summary>The MTU to set; zero to leave it.</summary>
    internal required int Mtu { get; init; }

    internal required bool Up { get; init; }

    internal required string Namespace { get; init; }

    internal bool TakesLargeFrames => Offload == "segmentation";

    /// <summary>What the kernel may leave to the port by which a frame leaves.</summary>
    internal PacketFlags LeftOpen => Offload switch
    {
        "segmentation" => PacketFlags.TxChecksumPartial | PacketFlags.SegmentTcpV4 | PacketFlags.SegmentTcpV6 | PacketFlags.SegmentEcn,
        "checksum" => PacketFlags.TxChecksumPartial,
        _ => PacketFlags.None,
    };

    internal static IReadOnlyList<PortOption> Options { get; } =
    [
        new("open", "auto", "auto: attach to a TAP device of that name or create one; create: it must not exist; attach: it must exist"),
        new("queues", "1", "queue pairs, 1 to 64"),
        new("persist", "false", "whether the device stays when the port is closed"),
        new("offload", "none", "what the kernel may leave to us: none, checksum, or segmentation (frames up to 64 KiB in chains)"),
        new("mac", "", "address to give the interface, as 02:00:00:00:00:01"),
        new("mtu", "", "MTU to give the interface, 68 to 65521 bytes"),
        new("up", "true", "whether to set the interface up"),
        new("netns", "", "network namespace to open the device in: a name as 'ip netns' knows it, or a path"),
    ];

    internal static TapSettings Read(PortSpec spec)
    {
        if (spec.Device.Length >= InterfaceRequest.NameBytes || spec.Device.Any(c => c is '/' or ' ' || c > 126))
        {
            throw new PollModeException($"'{spec.Device}' in the port spec '{spec.Text}' is no name for an interface; use up to 15 letters and digits.");
        }

        string mode = spec.GetWord("open", "auto", "auto", "create", "attach");
        if (mode == "attach" && spec.Device.Length == 0)
        {
            throw new PollModeException($"'{spec.Text}' is to attach to a device and names none; write tap:NAME,open=attach.");
        }

        return new TapSettings
        {
            Name = spec.Device,
            Mode = mode,
            Queues = (int)spec.GetInteger("queues", 1, 1, MaxQueues),
            Persist = spec.GetSwitch("persist", false),
            Offload = spec.GetWord("offload", "none", "none", "checksum", "segmentation"),
            Mac = ReadMac(spec),
            Mtu = (int)spec.GetInteger("mtu", 0, 68, 65521),
            Up = spec.GetSwitch("up", true),
            Namespace = spec.GetText("netns", string.Empty),
        };
    }

    private static ulong? ReadMac(PortSpec spec)
    {
        string text = spec.GetText("mac", string.Empty);
        if (text.Length == 0)
        {
            return null;
        }

        string[] parts = text.Split(':');
        ulong address = 0;
        foreach (string part in parts)
        {
            if (parts.Length != 6 || !byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                throw new PollModeException($"'mac={text}' in the port spec '{spec.Text}' is no Ethernet address; write six bytes as 02:00:00:00:00:01.");
            }

            address = (address << 8) | value;
        }

        if (address == 0)
        {
            throw new PollModeException($"'mac={text}' in the port spec '{spec.Text}' is no address that an interface can have; use one such as 02:00:00:00:00:01.");
        }

        return (address >> 40 & 1) == 0
            ? address
            : throw new PollModeException($"'mac={text}' in the port spec '{spec.Text}' is a group address; clear the lowest bit of its first byte.");
    }
}
