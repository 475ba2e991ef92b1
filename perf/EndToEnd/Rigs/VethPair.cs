namespace PollMode.EndToEnd;

/// <summary>Two namespaces of their own, joined by a veth pair: the subject lives at the near end. Removed afterwards, with all in them.</summary>
internal sealed class VethPair : IDisposable
{
    /// <summary>What a contender of a comparison over a pair needs.</summary>
    internal static readonly Tool[] Needs = [Tool.Ip, Tool.Ethtool];

    /// <summary>The interface for the subject.</summary>
    internal const string NearDevice = "near0";

    private const string FarDevice = "far0";

    private static int _made;

    private readonly string _far;

    internal VethPair()
    {
        int number = ++_made;
        Near = $"pollmode-{Environment.ProcessId}-{number}-near";
        _far = $"pollmode-{Environment.ProcessId}-{number}-far";
        try
        {
            foreach (string name in new[] { Near, _far })
            {
                HostCommand.Run("ip", "netns", "add", name);

                // Nobody but the contenders speaks here.
                HostCommand.Run("ip", "netns", "exec", name, "sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
            }

            HostCommand.Run("ip", "link", "add", NearDevice, "netns", Near, "type", "veth", "peer", "name", FarDevice, "netns", _far);

            // Without GRO a veth takes no frames by XDP unless it has a program itself.
            HostCommand.Run("ip", "netns", "exec", Near, "ethtool", "-K", NearDevice, "gro", "on");
            HostCommand.Run("ip", "-n", Near, "link", "set", NearDevice, "up");
            HostCommand.Run("ip", "-n", _far, "link", "set", FarDevice, "up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The subject's namespace.</summary>
    internal string Near { get; }

    /// <summary>The other end.</summary>
    internal Wire Far => new(_far, FarDevice);

    public void Dispose()
    {
        foreach (string name in new[] { Near, _far })
        {
            try
            {
                HostCommand.Run("ip", "netns", "delete", name);
            }
            catch (PollModeException)
            {
                // It was never made.
            }
        }
    }
}
