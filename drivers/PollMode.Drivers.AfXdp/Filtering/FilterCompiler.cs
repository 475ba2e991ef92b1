using PollMode.Drivers.AfXdp.Bpf;
using static PollMode.Drivers.AfXdp.Bpf.BpfRegister;

namespace PollMode.Drivers.AfXdp.Filtering;

/// <summary>
/// Compiles a filter to BPF. The program first writes the facts it needs about the frame to its stack, by the steps of
/// <see cref="FrameFacts"/>, and then compares them clause by clause. Facts that no term asks for are not looked for: a filter that takes
/// everything is the few instructions of a plain redirect.
/// </summary>
internal static class FilterCompiler
{
    /// <summary>XDP_DROP: lost.</summary>
    internal const int Drop = 1;

    /// <summary>XDP_PASS: on to the kernel.</summary>
    internal const int Pass = 2;

    // Offsets of the facts from the end of the stack.
    internal const int EtherType = -4;
    internal const int Vlan = -8;
    internal const int Version = -12;
    internal const int Protocol = -16;
    internal const int Icmp6Type = -20;
    internal const int SourcePort = -24;
    internal const int DestinationPort = -28;
    internal const int Source = -48;
    internal const int Destination = -64;

    // struct xdp_md
    internal const int RxQueueIndex = 16;

    /// <summary>Compiles a filter.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="take">Writes what is done with a frame that the filter takes. R6 holds the context.</param>
    internal static BpfInstruction[] Compile(PacketFilter filter, Action<BpfAssembler> take)
    {
        var code = new BpfAssembler();
        var matched = new BpfLabel();
        var pass = new BpfLabel();
        code.Move(R6, R1);
        FilterTerm[] terms = [.. filter.Clauses.SelectMany(clause => clause.Terms)];
        if (terms.Length > 0)
        {
            var parsed = new BpfLabel();
            FrameParserEmitter.Emit(code, NeededDepth(terms), parsed);
            code.Mark(parsed);
        }

        foreach (FilterClause clause in filter.Clauses)
        {
            var next = new BpfLabel();
            foreach (FilterTerm term in clause.Terms)
            {
                EmitTerm(code, term, next);
            }

            code.Jump(clause.IsException ? pass : matched).Mark(next);
        }

        if (pass.IsUsed || filter.Clauses[^1].Terms.Length > 0)
        {
            code.Mark(pass).Move(R0, Pass).Exit();
        }

        if (matched.IsUsed)
        {
            code.Mark(matched);
            take(code);
        }

        return code.Assemble();
    }

    /// <summary>Leads the frame to the socket that the map has for its queue, or to the kernel if it has none.</summary>
    internal static void EmitRedirect(BpfAssembler code, int mapNumber) => code
        .Load(BpfWidth.Word, R2, R6, RxQueueIndex)
        .MoveMap(R1, mapNumber)
        .Move(R3, Pass)
        .Call(BpfAssembler.RedirectMap)
        .Exit();

    private static int NeededDepth(FilterTerm[] terms) => terms.Max(term => term.Field switch
    {
        FilterField.EtherType or FilterField.Vlan => FrameParserEmitter.Ethernet,
        FilterField.SourceAddress or FilterField.DestinationAddress or FilterField.AnyAddress => FrameParserEmitter.Addresses,
        FilterField.Protocol => FrameParserEmitter.Protocol,
        _ => FrameParserEmitter.Ports,
    });

    private static void EmitTerm(BpfAssembler code, FilterTerm term, BpfLabel otherwise)
    {
        switch (term.Field)
        {
            case FilterField.AnyPort:
                EmitEither(code, otherwise, no => EmitRange(code, SourcePort, term, no), no => EmitRange(code, DestinationPort, term, no));
                break;
            case >= FilterField.SourceAddress when term.PrefixLength == 0:
                EmitVersion(code, term, otherwise);
                break;
            case FilterField.AnyAddress:
                EmitVersion(code, term, otherwise);
                EmitEither(code, otherwise, no => EmitPrefix(code, Source, term, no), no => EmitPrefix(code, Destination, term, no));
                break;
            case FilterField.SourceAddress:
                EmitVersion(code, term, otherwise);
                EmitPrefix(code, Source, term, otherwise);
                break;
            case FilterField.DestinationAddress:
                EmitVersion(code, term, otherwise);
                EmitPrefix(code, Destination, term, otherwise);
                break;
            default:
                EmitRange(code, SlotOf(term.Field), term, otherwise);
                break;
        }
    }

    private static int SlotOf(FilterField field) => field switch
    {
        FilterField.EtherType => EtherType,
        FilterField.Vlan => Vlan,
        FilterField.Protocol => Protocol,
        FilterField.Icmp6Type => Icmp6Type,
        FilterField.SourcePort => SourcePort,
        _ => DestinationPort,
    };

    private static void EmitEither(BpfAssembler code, BpfLabel otherwise, Action<BpfLabel> first, Action<BpfLabel> second)
    {
        var tryOther = new BpfLabel();
        var met = new BpfLabel();
        first(tryOther);
        code.Jump(met).Mark(tryOther);
        second(otherwise);
        code.Mark(met);
    }

    /// <summary>An absent field holds all ones: as an unsigned word above every range.</summary>
    private static void EmitRange(BpfAssembler code, int slot, FilterTerm term, BpfLabel otherwise)
    {
        code.Load(BpfWidth.Word, R2, R10, slot);
        if (term.Low == term.High)
        {
            code.JumpIf(R2, BpfCondition.NotEqual, (uint)term.Low, otherwise);
        }
        else
        {
            code.JumpIf(R2, BpfCondition.Below, (uint)term.Low, otherwise).JumpIf(R2, BpfCondition.Above, (uint)term.High, otherwise);
        }
    }

    private static void EmitVersion(BpfAssembler code, FilterTerm term, BpfLabel otherwise) => code
        .Load(BpfWidth.Word, R2, R10, Version)
        .JumpIf(R2, BpfCondition.NotEqual, (uint)term.Version, otherwise);

    private static void EmitPrefix(BpfAssembler code, int slot, FilterTerm term, BpfLabel otherwise)
    {
        if (term.Version == 4)
        {
            code.Load(BpfWidth.Word, R2, R10, slot + 12)
                .And(R2, (int)(uint)term.Mask)
                .JumpIf(R2, BpfCondition.NotEqual, (uint)term.Address, otherwise);
            return;
        }

        EmitHalf(code, slot, (ulong)(term.Mask >> 64), (ulong)(term.Address >> 64), otherwise);
        EmitHalf(code, slot + 8, (ulong)term.Mask, (ulong)term.Address, otherwise);
    }

    private static void EmitHalf(BpfAssembler code, int slot, ulong mask, ulong value, BpfLabel otherwise)
    {
        if (mask == 0)
        {
            return;
        }

        code.Load(BpfWidth.Double, R2, R10, slot)
            .Move64(R3, mask)
            .And(R2, R3)
            .Move64(R3, value)
            .JumpIf(R2, BpfCondition.NotEqual, R3, otherwise);
    }
}
