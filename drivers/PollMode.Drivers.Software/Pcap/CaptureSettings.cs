namespace PollMode.Drivers.Software;

/// <summary>What a capture decorator's spec says.</summary>
internal sealed record CaptureSettings(CaptureWriterSettings Write, bool Receives, bool Sends)
{
    internal static CaptureSettings Read(PortSpec spec)
    {
        if (spec.Device.Length > 0)
        {
            throw new PollModeException($"'{spec.Text}' names a device, and capture has none; write capture:file=trace.pcapng+driver:device.");
        }

        if (spec.GetText("file").Length == 0)
        {
            throw new PollModeException($"'{spec.Text}' names no file; write capture:file=trace.pcapng+driver:device.");
        }

        string direction = spec.GetWord("direction", "both", "both", "rx", "tx");
        return new CaptureSettings(CaptureWriterSettings.Read(spec, "file", otherwisePcapng: true), direction != "tx", direction != "rx");
    }
}
