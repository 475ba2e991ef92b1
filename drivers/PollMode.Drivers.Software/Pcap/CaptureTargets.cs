namespace PollMode.Drivers.Software;

/// <summary>Keeps two ports of one engine from writing the same file over each other.</summary>
internal static class CaptureTargets
{
    /// <summary>Notes a file as written by a port.</summary>
    /// <exception cref="PollModeException">Another port of the engine writes it.</exception>
    internal static void Claim(PortContext context, string path, PortSpec spec)
    {
        string full = Path.GetFullPath(path);
        if (!full.StartsWith("/dev/", StringComparison.Ordinal) && !context.Shared.TryAdd("capture:" + full, spec.Text))
        {
            throw new PollModeException($"'{spec.Text}' would write '{full}', which '{context.Shared["capture:" + full]}' writes already; give each port a file of its own.");
        }
    }
}
