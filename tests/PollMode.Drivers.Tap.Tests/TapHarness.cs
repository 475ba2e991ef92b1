using PollMode.Testing;

namespace PollMode.Drivers.Tap.Tests;

/// <summary>A TAP port, and packet sockets on its interface as the kernel's side of it.</summary>
internal sealed class TapHarness : PairHarness
{
    private readonly HostNamespace _space;

    private TapHarness(DriverRegistry drivers, HostNamespace space, string decorators)
        : base(drivers, $"{decorators}tap:tap0,netns={space.Name}", $"af_packet:tap0,netns={space.Name},block_bytes=65536,blocks=256", rentsToReceive: true) => _space = space;

    /// <summary>The kernel takes every frame at once, and loses what its reader does not fetch.</summary>
    public override bool FillsUp => false;

    public static TapHarness Make(DriverRegistry drivers, string decorators = "")
    {
        HostRights.NeedNamespaces();
        var space = new HostNamespace("c");
        space.Silence();
        return new TapHarness(drivers, space, decorators);
    }

    public override void Close()
    {
        base.Close();
        _space.Dispose();
    }
}
