using PollMode.Testing;

namespace PollMode.Drivers.AfPacket.Tests;

/// <summary>Ports on both ends of a veth pair in a namespace of its own.</summary>
internal sealed class VethHarness : PairHarness
{
    /// <summary>Many blocks: on a busy machine, where a frame comes now and then, each is handed over with little in it.</summary>
    private const string Ring = "block_bytes=65536,blocks=256";

    private readonly HostNamespace _space;

    private VethHarness(DriverRegistry drivers, HostNamespace space, string decorators)
        : base(drivers, $"{decorators}af_packet:v0,netns={space.Name},{Ring}", $"af_packet:v1,netns={space.Name},{Ring}", rentsToReceive: true) => _space = space;

    /// <summary>The ring is emptied by the very call that fills it, as long as the other end takes.</summary>
    public override bool FillsUp => false;

    public override bool MayLoseFrames => true;

    public static VethHarness Make(DriverRegistry drivers, string decorators = "")
    {
        HostRights.NeedNamespaces();
        var space = new HostNamespace("c");
        space.Silence();
        space.Ip("link", "add", "v0", "type", "veth", "peer", "name", "v1");
        space.Ip("link", "set", "dev", "v0", "up");
        space.Ip("link", "set", "dev", "v1", "up");
        return new VethHarness(drivers, space, decorators);
    }

    public override void Close()
    {
        base.Close();
        _space.Dispose();
    }
}
