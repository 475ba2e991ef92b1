namespace PollMode.EndToEnd;

/// <summary>Two namespaces of their own, joined by a veth pair or several: the subject lives at the near ends. Removed afterwards, with all in them.</summary>
internal sealed class VethPair : IDisposable
{
    /// <summary>What a contender of a comparison over a pair needs.</summary>
    internal static readonly Tool[] Needs = [Tool.Ip, Tool.Ethtool];

    /// <summary>The interface for the subject; the first of several.</summary>
    internal const string NearDevice = "near0";

    private static int _made;

    private readonly string _far;

    internal VethPair(int pairs = 1)
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

            for (int pair = 0; pair < pairs; pair++)
            {
                (string near, string far) = (NearDeviceOf(pair), FarOf(pair).Device);
                HostCommand.Run("ip", "link", "add", near, "netns", Near, "type", "veth", "peer", "name", far, "netns", _far);

                // Without GRO a veth takes no frames by XDP unless it has a program itself.
                HostCommand.Run("ip", "netns", "exec", Near, "ethtool", "-K", near, "gro", "on");
                HostCommand.Run("ip", "-n", Near, "link", "set", near, "up");
                HostCommand.Run("ip", "-n", _far, "link", "set", far, "up");
            }
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
    internal Wire Far => FarOf(0);

    /// <summary>The subject's interface of one of several pairs.</summary>
    internal static string NearDeviceOf(int pair) => $"near{pair}";

    /// <summary>The other end of one of several pairs.</summary>
    internal Wire FarOf(int pair) => new(_far, $"far{pair}");

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
