using PollMode.EndToEnd;

namespace PollMode.Latency;

/// <summary>A veth pair in a network namespace of its own; both are gone when it is disposed.</summary>
internal sealed class VethRig : IDisposable
{
    /// <summary>The end of whoever makes the load.</summary>
    internal const string Near = "near";

    /// <summary>The end of whoever is measured.</summary>
    internal const string Far = "far";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static int _made;

    private readonly CancellationToken _stop;

    internal VethRig(CancellationToken stop)
    {
        _stop = stop;
        Namespace = $"pollmode-latency-{Environment.ProcessId}-{++_made}";
        Ip("netns", "add", Namespace);
        try
        {
            In("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
            In("ip", "link", "add", Near, "type", "veth", "peer", "name", Far);
            In("ip", "link", "set", Near, "up");
            In("ip", "link", "set", Far, "up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why there can be none; null if there can.</summary>
    internal static string? Missing => Environment.UserName != "root" ? "for it needs root" : Tool.Ip.IsInstalled ? null : $"for ip is not installed: {Tool.Ip.Remedy}";

    /// <summary>As <c>ip netns</c> knows it.</summary>
    internal string Namespace { get; }

    /// <summary>One end as a port.</summary>
    internal string PortOf(string end) => $"af_xdp:{end},netns={Namespace},queues=1";

    public void Dispose() => Do("ip", ["netns", "delete", Namespace], null, CancellationToken.None);

    private void Ip(params string[] arguments) => Do("ip", arguments, null, _stop);

    private void In(string program, params string[] arguments) => Do(program, arguments, Namespace, _stop);

    private static void Do(string program, string[] arguments, string? networkNamespace, CancellationToken stop)
    {
        using ChildProcess process = ChildProcess.Start(program, arguments, networkNamespace);
        if (!process.WaitForEnd(Patience, stop) || process.ExitCode != 0)
        {
            throw process.Fault("did not succeed");
        }
    }
}
