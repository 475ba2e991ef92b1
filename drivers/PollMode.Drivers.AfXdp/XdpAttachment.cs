using PollMode.Drivers.AfXdp.Bpf;
using PollMode.Drivers.AfXdp.Netlink;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp;

/// <summary>The map, the program and the link that lead an interface's frames to sockets. Made in the interface's network namespace.</summary>
internal sealed class XdpAttachment : IDisposable
{
    private const int EEXIST = 17;

    private readonly BpfMap _map;
    private readonly BpfProgram? _program;
    private readonly BpfLink? _link;

    private XdpAttachment(BpfMap map, RxGates? gates, BpfProgram? program, BpfLink? link, string description)
    {
        Gates = gates;
        _map = map;
        _program = program;
        _link = link;
        Description = description;
    }

    /// <summary>What the program looks at before it leads a frame to a socket; null where the program is not the driver's own.</summary>
    internal RxGates? Gates { get; }

    /// <summary>Why the program looks at no gates.</summary>
    internal string WhyNoGates { get; private set; } = "the program is somebody else's";

    /// <summary>What was got, and why not more.</summary>
    internal string Description { get; }

    /// <summary>What the program asks the device about each frame.</summary>
    internal RxFacts Facts { get; private init; }

    /// <summary>What the device tells, and why not more.</summary>
    internal string FactsDescription { get; private init; } = "the device is asked nothing about received frames";

    /// <summary>Whether the program runs in the device's driver.</summary>
    internal bool IsNative { get; private init; }

    /// <summary>Whether frames of several buffers reach the sockets.</summary>
    internal bool TakesFragments { get; private init; }

    /// <summary>Attaches a program for a filter, or adopts a map whose program somebody else attached.</summary>
    /// <param name="settings">What is wanted.</param>
    /// <param name="link">The interface.</param>
    /// <param name="queues">One more than the highest queue.</param>
    /// <param name="fragments">Whether frames of several buffers are wanted.</param>
    /// <exception cref="PollModeException">Refused; nothing is left attached.</exception>
    internal static XdpAttachment Make(AfXdpSettings settings, LinkSnapshot link, int queues, bool fragments)
    {
        if (settings.MapNumber >= 0)
        {
            return new XdpAttachment(BpfMap.Adopt(settings.MapNumber, queues), null, null, null, $"XDP program of somebody else, by map {settings.MapNumber}") { IsNative = true, TakesFragments = true };
        }

        BpfMap map = BpfMap.Create(BpfMap.TypeXskMap, queues, "pollmode_xsks");
        RxGates? gates = null;
        try
        {
            int errno = 0;
            gates = settings.Sheds ? RxGates.TryCreate(queues, out errno) : null;
            uint flags = fragments ? BpfProgram.HasFragments : 0;
            string description = "the device is asked nothing about received frames (rx_metadata=off)";
            XdpAttachment made = (settings.RxMetadata == "off" ? null : TryAttachAsking(settings, link, map, gates, flags, out description))
                ?? Attach(settings, link, map, gates, BpfProgram.Load(settings.Filter.Compile(map.Number, gates: gates), "pollmode", flags), fragments, RxFacts.None, description);
            made.WhyNoGates = settings.Sheds ? $"the kernel gives no memory that a program and a process share ({Errno.Name(errno)})" : "shed=false";
            return made;
        }
        catch
        {
            gates?.Dispose();
            map.Dispose();
            throw;
        }
    }

    /// <summary>Attaches a program that asks the device about each frame. Null, with the reason, where that cannot be had.</summary>
    private static XdpAttachment? TryAttachAsking(AfXdpSettings settings, LinkSnapshot link, BpfMap map, RxGates? gates, uint flags, out string description)
    {
        RxFacts facts = NetdevFamily.FactsOf(link.Index);
        RxMetadataFunctions? functions = RxMetadataFunctions.Find(facts);
        description = facts == RxFacts.None
            ? $"the driver {Driver(link)} tells nothing about received frames"
            : functions == null ? "the kernel does not tell the numbers of its functions (/sys/kernel/btf/vmlinux)" : $"the device tells of received frames: {facts}";
        if (functions != null && settings.Mode != "generic")
        {
            try
            {
                BpfProgram program = BpfProgram.Load(settings.Filter.Compile(map.Number, functions, gates), "pollmode", flags | BpfProgram.BoundToDevice, link.Index);
                return Attach(settings with { Mode = "native" }, link, map, gates, program, (flags & BpfProgram.HasFragments) != 0, facts, description);
            }
            catch (LinuxException fault) when (settings.RxMetadata == "auto" && fault.ErrorNumber is not (Errno.EBUSY or EEXIST))
            {
                description = $"nothing is asked about received frames: {fault.Message}";
            }
        }

        return settings.RxMetadata == "auto"
            ? null
            : throw new PollModeException($"'rx_metadata=require' cannot be had on {link.Name}: {description}; say rx_metadata=auto.");
    }

    /// <summary>Leads a queue's frames to a socket.</summary>
    internal void Lead(int queue, int socketNumber) => _map.Set(queue, socketNumber);

    /// <summary>Takes the program off the interface.</summary>
    public void Dispose()
    {
        _link?.Dispose();
        _program?.Dispose();
        Gates?.Dispose();
        _map.Dispose();
    }

    /// <summary>Attaches a program, which is taken.</summary>
    private static XdpAttachment Attach(AfXdpSettings settings, LinkSnapshot link, BpfMap map, RxGates? gates, BpfProgram program, bool fragments, RxFacts facts, string factsDescription)
    {
        try
        {
            (BpfLink made, bool isNative, string description) = AttachAsWanted(settings, link, program);
            return new XdpAttachment(map, gates, program, made, description) { IsNative = isNative, TakesFragments = fragments, Facts = facts, FactsDescription = factsDescription };
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    private static (BpfLink Link, bool IsNative, string Description) AttachAsWanted(AfXdpSettings settings, LinkSnapshot link, BpfProgram program)
    {
        string refusal = string.Empty;
        if (settings.Mode != "generic")
        {
            BpfLink? native = AttachOrReplace(settings, link, program, BpfLink.NativeMode, out int errno);
            if (native != null)
            {
                return (native, true, "native XDP");
            }

            refusal = Explain(link, errno);
            if (settings.Mode == "native" || errno is Errno.EBUSY or EEXIST or Errno.EPERM or Errno.ENODEV)
            {
                throw new LinuxException($"attach an XDP program to {link.Name} in native mode", errno, refusal);
            }
        }

        BpfLink? generic = AttachOrReplace(settings, link, program, BpfLink.Generic, out int second);
        return generic != null
            ? (generic, false, refusal.Length == 0 ? "generic XDP, as asked for" : $"generic XDP, because native was refused: {refusal}")
            : throw new LinuxException($"attach an XDP program to {link.Name} in generic mode", second, Explain(link, second));
    }

    private static BpfLink? AttachOrReplace(AfXdpSettings settings, LinkSnapshot link, BpfProgram program, uint mode, out int errno)
    {
        BpfLink? made = BpfLink.TryAttach(program, link.Index, mode, out errno);
        if (made != null || !settings.Replace || errno is not (Errno.EBUSY or EEXIST))
        {
            return made;
        }

        BpfLink.DetachForeign(link.Index);
        using var route = new RouteSocket();
        _ = route.TryDetachXdp(link.Index, BpfLink.NativeMode);
        _ = route.TryDetachXdp(link.Index, BpfLink.Generic);
        return BpfLink.TryAttach(program, link.Index, mode, out errno);
    }

    /// <summary>An error number of attaching, put into words and a remedy.</summary>
    private static string Explain(LinkSnapshot link, int errno)
    {
        if (errno is Errno.EBUSY or EEXIST)
        {
            using var route = new RouteSocket();
            uint id = route.TryGet(link.Index, out LinkSnapshot now) ? now.XdpProgramId : 0;
            string name = id == 0 ? string.Empty : BpfProgram.NameOf(id);
            return $"it carries the XDP program {(name.Length > 0 ? $"'{name}'" : "of somebody else")} (id {id}); end its owner, run 'ip link set dev {link.Name} xdp off', or say replace=true";
        }

        return errno switch
        {
            Errno.EPERM => "run with CAP_BPF and CAP_NET_ADMIN",
            Errno.EOPNOTSUPP => $"the driver {Driver(link)} has no native XDP, or not with its present settings (for example large receive offload); say mode=generic, or change them with ethtool",
            Errno.ERANGE => $"the MTU of {link.Name}, or of the other end of a veth pair, is too long for frames of one buffer; say jumbo=true or lower the MTU",
            Errno.EINVAL => $"the driver {Driver(link)} does not take it; say mode=generic",
            Errno.ENODEV => "the interface is gone",
            Errno.ENOMEM or Errno.ENOSPC => "the device has not enough queues or memory left for XDP; use fewer queues ('ethtool -L')",
            _ => $"errno {Errno.Name(errno)} from the driver {Driver(link)}; say mode=generic",
        };
    }

    private static string Driver(LinkSnapshot link)
    {
        string name = Ethtool.DriverName(link.Name);
        return name.Length > 0 ? $"'{name}'" : "of the device";
    }
}
