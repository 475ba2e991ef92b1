using PollMode.Drivers.AfXdp.Bpf;
using PollMode.Drivers.AfXdp.Filtering;

namespace PollMode.Drivers.AfXdp;

/// <summary>
/// Which frames a port takes from the kernel. The driver compiles it to BPF, so that all other frames go on to the kernel as if there were
/// no port; <see cref="Matches"/> gives the same verdict here.
/// </summary>
/// <remarks>Immutable. The syntax is in the driver's README: <c>udp+dport:4789|vlan:100-199|!src:10.0.0.0/8</c>.</remarks>
public sealed class PacketFilter
{
    /// <summary>What <c>keep=management</c> leaves to the kernel: ARP, IPv6 neighbour discovery, SSH.</summary>
    private const string Management = "arp|nd|tcp+port:22";

    private PacketFilter(FilterClause[] clauses) => Clauses = clauses;

    /// <summary>Takes every frame.</summary>
    public static PacketFilter All { get; } = Parse("all");

    /// <summary>Exceptions first. A clause that every frame meets is the last: nothing behind it is ever asked.</summary>
    internal FilterClause[] Clauses { get; }

    /// <summary>Reads a filter.</summary>
    /// <param name="match">Clauses joined by <c>|</c>; those behind <c>!</c> are exceptions. With exceptions alone, every other frame matches.</param>
    /// <param name="exceptions">Clauses that are all exceptions; empty for none.</param>
    /// <param name="keepManagement">Whether ARP, IPv6 neighbour discovery and SSH stay with the kernel.</param>
    /// <exception cref="PollModeException">The text is no filter: the message says which part, and what there is.</exception>
    public static PacketFilter Parse(string match, string exceptions = "", bool keepManagement = false)
    {
        ArgumentNullException.ThrowIfNull(match);
        ArgumentNullException.ThrowIfNull(exceptions);
        List<FilterClause> clauses = FilterParser.Parse(match, allExceptions: false);
        if (exceptions.Length > 0)
        {
            clauses.AddRange(FilterParser.Parse(exceptions, allExceptions: true));
        }

        if (keepManagement)
        {
            clauses.AddRange(FilterParser.Parse(Management, allExceptions: true));
        }

        if (clauses.TrueForAll(clause => clause.IsException))
        {
            clauses.Add(new FilterClause([], IsException: false));
        }

        FilterClause[] ordered = [.. clauses.OrderByDescending(clause => clause.IsException)];
        int last = Array.FindIndex(ordered, clause => clause.Terms.Length == 0);
        return new PacketFilter(last < 0 ? ordered : ordered[..(last + 1)]);
    }

    /// <summary>Whether the port takes a frame. Any bytes are allowed; the VLAN tag must be in the frame. Allocates nothing.</summary>
    public bool Matches(ReadOnlySpan<byte> frame)
    {
        var facts = FrameFacts.Of(frame);
        foreach (FilterClause clause in Clauses)
        {
            if (clause.Matches(in facts))
            {
                return !clause.IsException;
            }
        }

        return false;
    }

    /// <summary>The filter as <see cref="Parse"/> reads it.</summary>
    public override string ToString() => string.Join('|', (object[])Clauses);

    /// <summary>Compiles the filter to an XDP program that leads its frames to the sockets in a map, and others to the kernel.</summary>
    /// <param name="mapNumber">The map.</param>
    /// <param name="facts">What to ask the device about frames taken, by the numbers of the kernel's functions; null for nothing.</param>
    /// <param name="gates">What frames taken must pass first; null for nothing.</param>
    internal BpfInstruction[] Compile(int mapNumber, RxMetadataFunctions? facts = null, RxGates? gates = null) => FilterCompiler.Compile(this, code =>
    {
        gates?.Emit(code);
        facts?.Emit(code);
        FilterCompiler.EmitRedirect(code, mapNumber);
    });
}
