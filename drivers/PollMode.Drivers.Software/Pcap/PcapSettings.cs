using System.Globalization;

namespace PollMode.Drivers.Software;

/// <summary>What a pcap port's spec says.</summary>
/// <param name="ReadPath">The capture to replay; empty for a pure sink.</param>
/// <param name="Laps">How often; <see cref="long.MaxValue"/> for ever.</param>
/// <param name="Speed">How many times as fast as recorded; zero for as fast as possible.</param>
/// <param name="Write">Where what is sent goes; null for a pure source.</param>
internal sealed record PcapSettings(string ReadPath, long Laps, double Speed, CaptureWriterSettings? Write)
{
    internal static PcapSettings Read(PortSpec spec)
    {
        string text = spec.GetText("tx");
        if (spec.Device.Length == 0 && text.Length == 0)
        {
            throw new PollModeException($"'{spec.Text}' names no file; write pcap:in.pcap to replay a capture, pcap:,tx=out.pcapng to write one, or both.");
        }

        if (spec.Device.Length > 0 && text.Length > 0 && Path.GetFullPath(spec.Device) == Path.GetFullPath(text))
        {
            throw new PollModeException($"'{spec.Text}' would overwrite the capture that it reads; name another file with tx=.");
        }

        CaptureWriterSettings? write = text.Length > 0 ? CaptureWriterSettings.Read(spec, "tx", otherwisePcapng: false) : null;
        long laps = spec.GetText("loop") == "forever" ? 0 : spec.GetInteger("loop", 1, 0, long.MaxValue - 1);
        return new PcapSettings(spec.Device, laps == 0 ? long.MaxValue : laps, ReadSpeed(spec), write);
    }

    private static double ReadSpeed(PortSpec spec)
    {
        bool hasSpeed = spec.Values.TryGetValue("speed", out string? text);
        string pace = spec.GetWord("pace", hasSpeed ? "recorded" : "fast", "fast", "recorded");
        if (pace == "fast")
        {
            return !hasSpeed ? 0 : throw new PollModeException($"'{spec.Text}' asks for a speed and for pace=fast; leave one of them out.");
        }

        double speed = 1;
        if (hasSpeed && (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out speed) || speed is not (>= 0.001 and <= 1_000_000)))
        {
            throw new PollModeException($"'speed={text}' in the port spec '{spec.Text}' is not a number from 0.001 to 1000000, such as 2.0 for twice as fast as recorded.");
        }

        return speed;
    }
}
