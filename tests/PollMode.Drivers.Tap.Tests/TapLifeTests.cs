using System.Net;
using PollMode.Linux;
using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.Tap.Tests;

/// <summary>What a TAP port makes and changes on the host, and that it puts it back.</summary>
public sealed class TapLifeTests : IDisposable
{
    private readonly Arena _arena = new(new ArenaOptions { LargestPages = PageKind.Small4KiB });
    private readonly Mempool _pool;

    public TapLifeTests() => _pool = new Mempool(_arena, new MempoolOptions());

    public void Dispose()
    {
        Assert.Equal(0, _pool.InFlight);
        _pool.Dispose();
        _arena.DisposeWhenEmpty();
    }

    [Fact]
    public void A_created_interface_has_what_was_asked_for_and_goes_with_the_port()
    {
        HostRights.NeedNamespaces();
        using var space = new HostNamespace("t");
        using (IPort port = Open($"tap:tap7,netns={space.Name},mac=02:00:00:00:00:07,mtu=1400"))
        {
            string shown = space.Ip("-d", "link", "show", "tap7");
            Assert.Contains("02:00:00:00:00:07", shown, StringComparison.Ordinal);
            Assert.Contains("mtu 1400", shown, StringComparison.Ordinal);
            Assert.Contains(",UP", shown, StringComparison.Ordinal);
            Assert.Equal(0x020000000007UL, port.Capabilities.MacAddress);
            Assert.Equal(1418, port.Capabilities.MaxFrameBytes);
            Assert.Equal(LinkState.Up, port.Link);
            space.Ip("link", "set", "tap7", "down");
            Assert.Equal(LinkState.Down, port.Link);
        }

        Assert.DoesNotContain("tap7", space.Ip("link"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_persistent_interface_that_could_not_be_set_up_does_not_stay()
    {
        HostRights.NeedNamespaces();
        using var space = new HostNamespace("t");
        TapSettings settings = TapSettings.Read(PortSpec.Parse("tap:tap7,persist=true")) with { Mac = 0 };
        Assert.Throws<LinuxException>(() => NetworkNamespace.Run(space.Name, () => TapDevice.Open(settings)));
        Assert.DoesNotContain("tap7", space.Ip("link"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_persistent_interface_stays_and_one_attached_to_is_put_back()
    {
        HostRights.NeedNamespaces();
        using var space = new HostNamespace("t");
        Open($"tap:tap7,netns={space.Name},persist=true,queues=2,up=false").Dispose();

        // The kernel chooses a queueing discipline when an interface is first set up, and keeps it.
        space.Ip("link", "set", "tap7", "up");
        space.Ip("link", "set", "tap7", "down");
        string before = space.Ip("-d", "link", "show", "tap7");
        Assert.Contains("persist on", before, StringComparison.Ordinal);
        using (IPort port = Open($"tap:tap7,netns={space.Name},open=attach,mac=02:00:00:00:00:09,mtu=1300"))
        {
            string during = space.Ip("-d", "link", "show", "tap7");
            Assert.Contains("02:00:00:00:00:09", during, StringComparison.Ordinal);
            Assert.Contains("mtu 1300", during, StringComparison.Ordinal);
            Assert.Contains("attached to", port.Report[0], StringComparison.Ordinal);
        }

        Assert.Equal(before, space.Ip("-d", "link", "show", "tap7"));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("vnet_hdr", 1)]
    [InlineData("multi_queue", 2)]
    public void A_device_of_another_program_carries_frames_afterwards_as_before(string how, int queues)
    {
        HostRights.NeedNamespaces();
        HostRights.NeedProgram("ethtool");
        using var space = new HostNamespace("t");
        space.Ip(["tuntap", "add", "dev", "tap7", "mode", "tap", .. how.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        space.Ip("link", "set", "tap7", "up");
        space.Ip("link", "set", "tap7", "down");
        string State() => space.Ip("-d", "link", "show", "tap7") + space.Ip("tuntap") + space.Run("ethtool", "-k", "tap7").Output;
        string before = State();
        Assert.Contains("tx-tcp-segmentation: off [requested on]", before, StringComparison.Ordinal);
        Assert.Contains(how == "vnet_hdr" ? "vnet_hdr on" : "vnet_hdr off", before, StringComparison.Ordinal);
        int headerBytes = RawTap.HeaderBytesOf(space.Name, "tap7", how);
        using (IPort port = Open($"tap:tap7,netns={space.Name},open=attach,offload=segmentation,queues={queues},mac=02:00:00:00:00:09"))
        {
            string during = State();
            Assert.Contains("vnet_hdr on", during, StringComparison.Ordinal);
            Assert.Contains("tcp-segmentation-offload: on", during, StringComparison.Ordinal);
        }

        Assert.Equal(before, State());

        // What somebody else chooses meanwhile is not ours to undo.
        using (Open($"tap:tap7,netns={space.Name},open=attach,queues={queues},mac=02:00:00:00:00:09"))
        {
            space.Run("ethtool", "-K", "tap7", "gro", "off");
        }

        Assert.Equal(before.Replace("generic-receive-offload: on", "generic-receive-offload: off", StringComparison.Ordinal), State());
        Assert.Equal(headerBytes, RawTap.HeaderBytesOf(space.Name, "tap7", how));
    }

    [Fact]
    public void A_renamed_interface_is_the_same_and_another_of_its_name_is_not()
    {
        HostRights.NeedNamespaces();
        using var space = new HostNamespace("t");
        space.Silence();
        space.Ip("tuntap", "add", "dev", "tap7", "mode", "tap");
        space.Ip("link", "set", "dev", "tap7", "address", "02:00:00:00:00:01");
        using (IPort port = Open($"tap:tap7,netns={space.Name},mac=02:00:00:00:00:09,mtu=1300"))
        {
            space.Ip("link", "set", "tap7", "down");
            space.Ip("link", "set", "tap7", "name", "tap8");
            space.Ip("link", "set", "tap8", "up");
            space.Ip("tuntap", "add", "dev", "tap7", "mode", "tap");
            space.Ip("link", "set", "dev", "tap7", "address", "02:00:00:00:00:07");
            space.Ip("link", "set", "dev", "tap7", "mtu", "1400");
            Assert.Equal(LinkState.Up, port.Link);

            // An interface that is down ends nothing.
            space.Ip("link", "set", "tap8", "down");
            Assert.Equal(LinkState.Down, port.Link);
            IRxQueue rx = port.OpenRxQueue(0, _pool);
            var packets = new Packet[4];
            _pool.Return(packets.AsSpan(0, rx.Receive(packets)));
            Assert.Equal(RxQueueLife.Live, rx.Life);
            Assert.Equal(LinkState.Down, port.Link);
        }

        string ours = space.Ip("link", "show", "tap8");
        Assert.Contains("02:00:00:00:00:01", ours, StringComparison.Ordinal);
        Assert.Contains("mtu 1500", ours, StringComparison.Ordinal);
        string others = space.Ip("link", "show", "tap7");
        Assert.Contains("02:00:00:00:00:07", others, StringComparison.Ordinal);
        Assert.Contains("mtu 1400", others, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_name_lets_the_kernel_choose()
    {
        HostRights.NeedNamespaces();
        using var space = new HostNamespace("t");
        using IPort port = Open($"tap:,netns={space.Name}");
        Assert.Contains("tap0", port.Report[0], StringComparison.Ordinal);
        Assert.Contains("tap0", space.Ip("link"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tap:tap7,open=attach", Errno.ENODEV, "ip tuntap add")]
    [InlineData("tap:lo,open=create", Errno.EBUSY, "choose another name")]
    [InlineData("tap:lo", Errno.EINVAL, "no TAP device")]
    public void What_cannot_be_opened_says_why_and_what_to_do(string spec, int errno, string remedy)
    {
        HostRights.NeedNamespaces();
        using var space = new HostNamespace("t");
        LinuxException fault = Assert.Throws<LinuxException>(() => Open($"{spec},netns={space.Name}"));
        Assert.Equal(errno, fault.ErrorNumber);
        Assert.Contains(remedy, fault.Message, StringComparison.Ordinal);
        Assert.Single(space.Ip("-o", "link").Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("tap:a/b", "no name for an interface")]
    [InlineData("tap:x,mac=1:2", "no Ethernet address")]
    [InlineData("tap:x,mac=01:00:00:00:00:00", "group address")]
    [InlineData("tap:x,mac=00:00:00:00:00:00", "no address that an interface can have")]
    [InlineData("tap:x,queues=65", "whole number from 1 to 64")]
    [InlineData("tap:,open=attach", "names none")]
    public void A_wrong_spec_says_so(string spec, string part) =>
        Assert.Contains(part, Assert.Throws<PollModeException>(() => new TapDriver().Probe(PortSpec.Parse(spec))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_vlan_tag_chains_and_shared_packets_are_sent_whole()
    {
        HostRights.NeedNamespaces();
        using var space = new HostNamespace("t");
        space.Silence();
        using IPort port = Open($"tap:tap7,netns={space.Name}");
        using HostCommand dump = space.Start("tcpdump", "-i", "tap7", "-n", "-e", "-x", "-c", "4", "--immediate-mode", "-l", "ether", "src", "02:02:02:02:02:02");
        Assert.True(dump.WaitForOutput("listening", TimeSpan.FromSeconds(30)), dump.Output);
        ITxQueue tx = port.OpenTxQueue(0, _pool);
        byte[] frame = new byte[64];
        frame.AsSpan(0, 12).Fill(2);
        frame[12] = 0x88;
        frame[13] = 0xB5;
        Packet tagged = Make(frame);
        tagged.VlanTci = 0x2007;
        Packet chain = Make(frame.AsSpan(0, 20));
        chain.AppendSegments(Make(frame.AsSpan(20)));
        Packet shared = Make(frame);
        Packet clone = shared.Clone();
        Packet taggedChain = Make(frame.AsSpan(0, 5));
        taggedChain.AppendSegments(Make(frame.AsSpan(5)));
        taggedChain.VlanTci = 0x4009;
        Assert.Equal(4, tx.Send([tagged, chain, shared, taggedChain]));
        Assert.Equal(frame, clone.Span.ToArray());
        clone.Free();
        Assert.True(dump.WaitForExit(TimeSpan.FromSeconds(30)), dump.Output);
        Assert.Contains("vlan 7, p 1", dump.Output, StringComparison.Ordinal);
        Assert.Contains("vlan 9, p 2", dump.Output, StringComparison.Ordinal);
        Assert.Equal(4, dump.Output.Split('\n').Count(line => line.Contains("0x88b5", StringComparison.Ordinal) || line.Contains("ethertype 802.1Q", StringComparison.Ordinal)));
        Assert.Equal((4, 0), (tx.Counters.Packets, tx.Counters.Errors));
    }

    [Fact]
    public void A_queue_is_opened_once_and_a_burst_allocates_nothing()
    {
        HostRights.NeedNamespaces();
        using var space = new HostNamespace("t");
        using IPort port = Open($"tap:tap7,netns={space.Name}");
        space.Ip("addr", "add", "10.9.0.1/24", "dev", "tap7");
        IRxQueue rx = port.OpenRxQueue(0, _pool);
        ITxQueue tx = port.OpenTxQueue(0, _pool);
        Assert.Throws<PollModeException>(() => port.OpenRxQueue(0, _pool));
        Assert.Throws<PollModeException>(() => port.OpenTxQueue(1, _pool));
        var packets = new Packet[32];
        byte[] question = Question(IPAddress.Parse("10.9.0.2"), IPAddress.Parse("10.9.0.1"));
        long before = 0;
        for (int round = 0; round < 2000; round++)
        {
            if (round == 100)
            {
                // The kernel answers each: both directions have been gone through by now.
                Assert.True(rx.Counters.Packets > 0);
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            int count = _pool.Rent(packets);
            for (int i = 0; i < count; i++)
            {
                packets[i].TryWrite(question);
            }

            int sent = tx.Send(packets.AsSpan(0, count));
            _pool.Return(packets.AsSpan(sent, count - sent));
            _pool.Return(packets.AsSpan(0, rx.Receive(packets)));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>An ARP request.</summary>
    private static byte[] Question(IPAddress from, IPAddress target)
    {
        byte[] mac = [0x02, 0, 0, 0, 0, 0x02];
        return [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, .. mac, 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1, .. mac, .. from.GetAddressBytes(), 0, 0, 0, 0, 0, 0, .. target.GetAddressBytes()];
    }

    private IPort Open(string spec) => new TapDriver().Open(PortSpec.Parse(spec), new PortContext { PortIndex = 0, Arena = _arena });

    private Packet Make(ReadOnlySpan<byte> bytes)
    {
        Assert.True(_pool.TryRent(out Packet packet));
        Assert.True(packet.TryWrite(bytes));
        return packet;
    }
}
