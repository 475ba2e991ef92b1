using System.Runtime.InteropServices;
using PollMode.Drivers.AfXdp.Bpf;
using PollMode.Drivers.AfXdp.Netlink;
using PollMode.Drivers.AfXdp.Xsk;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>What a port needs when others did the privileged part, and what it says when a right is missing.</summary>
public sealed unsafe partial class LeastPrivilegeTests
{
    private const int CapNetAdmin = 12;
    private const int CapNetRaw = 13;
    private const int CapIpcLock = 14;
    private const int CapPerfmon = 38;
    private const int CapBpf = 39;

    [Fact]
    public void A_socket_and_a_map_handed_in_work_without_any_right()
    {
        using var bed = new Testbed();
        using BpfMap map = BpfMap.Create(BpfMap.TypeXskMap, 1, "plugin_xsks");
        using BpfProgram program = BpfProgram.Load(PacketFilter.All.Compile(map.Number), "plugin", 0);
        int index = NetworkNamespace.Run(bed.Middle, () => new RouteSocket().Find("m0").Index);
        using BpfLink link = NetworkNamespace.Run(bed.Middle, () => BpfLink.TryAttach(program, index, BpfLink.NativeMode, out _))!;
        using XskSocket socket = NetworkNamespace.Run(bed.Middle, XskSocket.Create);
        using var arena = new Arena(new ArenaOptions { LimitBytes = 4 << 20 });
        using var pool = new Mempool(arena, new MempoolOptions { Buffers = 2048 });
        IPort port = Open(bed, $"af_xdp:m0,rx_ring=256,sockets={socket.Number},map_fd={map.Number}", arena, []);
        IRxQueue rx = port.OpenRxQueue(0, pool);
        Testbed.In(bed.Left, "ping -c 1 -W 1 10.9.0.77", mayFail: true);
        var packets = new Packet[8];
        int count = 0;
        FaultTests.WaitUntil(() => (count = rx.Receive(packets)) > 0);
        pool.Return(packets.AsSpan(0, count));
        port.Dispose();
        Assert.Equal(0, pool.InFlight);
    }

    [Fact]
    public void Without_the_right_to_poll_a_device_a_port_opens_and_says_so()
    {
        using var bed = new Testbed();
        using BpfMap map = BpfMap.Create(BpfMap.TypeXskMap, 1, "plugin_xsks");
        using var arena = new Arena(new ArenaOptions { LimitBytes = 4 << 20 });
        using IPort port = Open(bed, $"af_xdp:m0,rx_ring=256,map_fd={map.Number},busy_poll=20", arena, [CapNetRaw]);
        Assert.Contains("no busy polling: it needs CAP_NET_ADMIN", port.Report);
    }

    [Theory]
    [InlineData("create the BPF map", "CAP_BPF and CAP_NET_ADMIN", CapNetRaw)]
    [InlineData("create the BPF map", "CAP_BPF and CAP_NET_ADMIN", CapNetRaw, CapBpf)]
    [InlineData("load the XDP program", "CAP_PERFMON", CapBpf, CapNetAdmin, CapNetRaw)]
    [InlineData("open an XDP socket", "CAP_NET_RAW", CapBpf, CapNetAdmin, CapPerfmon)]
    [InlineData("register 16 MiB", "CAP_IPC_LOCK", CapBpf, CapNetAdmin, CapPerfmon, CapNetRaw)]
    [InlineData("", "", CapBpf, CapNetAdmin, CapPerfmon, CapNetRaw, CapIpcLock)]
    [InlineData("", ",keep=none", CapBpf, CapNetAdmin, CapNetRaw, CapIpcLock)]
    [InlineData("", ",keep=none,match=vlan:5+src:10.0.0.0/8", CapBpf, CapNetAdmin, CapNetRaw, CapIpcLock)]
    public void A_missing_right_is_named(string what, string right, params int[] rights)
    {
        using var bed = new Testbed();
        using var arena = new Arena(new ArenaOptions { LimitBytes = 16 << 20 });
        if (what.Length == 0)
        {
            Open(bed, "af_xdp:m0,rx_ring=256" + right, arena, rights).Dispose();
            return;
        }

        Assert.SkipWhen(what.StartsWith("register", StringComparison.Ordinal) && !IsMemoryLockLimited(), "needs a limit on locked memory below 16 MiB (ulimit -l)");
        string message = Assert.Throws<LinuxException>(() => Open(bed, "af_xdp:m0,rx_ring=256", arena, rights)).Message;
        Assert.StartsWith(what, message, StringComparison.Ordinal);
        Assert.Contains(right, message, StringComparison.Ordinal);
        Assert.DoesNotContain("xdp", Shell.Run($"ip -n {bed.Middle} link show m0"), StringComparison.Ordinal);
    }

    /// <summary>Opens a port on a thread that has entered the namespace and then given up all rights but some.</summary>
    private static IPort Open(Testbed bed, string spec, Arena arena, int[] rights)
    {
        arena.Fill();
        return NetworkNamespace.Run(bed.Middle, () =>
        {
            Keep(rights);
            return new AfXdpDriver().Open(PortSpec.Parse(spec), new PortContext { PortIndex = 0, Arena = arena });
        });
    }

    private static void Keep(int[] rights)
    {
        ulong kept = rights.Aggregate(0UL, (bits, right) => bits | (1UL << right));
        uint* header = stackalloc uint[2] { 0x20080522, 0 };
        uint* data = stackalloc uint[6] { (uint)kept, (uint)kept, 0, (uint)(kept >> 32), (uint)(kept >> 32), 0 };
        Assert.Equal(0, SetCapabilities(header, data));
    }

    private static bool IsMemoryLockLimited() =>
        File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max locked memory", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3] is var limit
        && long.TryParse(limit, out long bytes) && bytes < 16 << 20;

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int SetCapabilities(uint* header, uint* data);
}
