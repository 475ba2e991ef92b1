using PollMode.Drivers.AfXdp.Bpf;
using static PollMode.Drivers.AfXdp.Bpf.BpfRegister;

namespace PollMode.Drivers.AfXdp.Filtering;

/// <summary>
/// Writes the part of a filter's program that finds the facts: <see cref="FrameFacts"/> in BPF. R7 points at what is looked at next, R8
/// behind the frame's end, R9 holds the protocol. Each access follows a comparison with R8, as the verifier wants it.
/// </summary>
internal static class FrameParserEmitter
{
    /// <summary>How deep to look: no further than the EtherType.</summary>
    internal const int Ethernet = 0;

    /// <summary>As far as the addresses of IP.</summary>
    internal const int Addresses = 1;

    /// <summary>As far as the protocol above IP. From here on headers have lengths of their own, and the verifier wants CAP_PERFMON.</summary>
    internal const int Protocol = 2;

    /// <summary>As far as ports and ICMPv6 types.</summary>
    internal const int Ports = 3;

    /// <summary>Writes the parser.</summary>
    /// <param name="code">Where to; R6 holds the context.</param>
    /// <param name="depth">How deep to look.</param>
    /// <param name="done">Where to go when the facts are on the stack.</param>
    internal static void Emit(BpfAssembler code, int depth, BpfLabel done)
    {
        for (int slot = FilterCompiler.EtherType; slot >= FilterCompiler.DestinationPort; slot -= 4)
        {
            code.Store(BpfWidth.Word, R10, slot, FrameFacts.Absent);
        }

        for (int slot = FilterCompiler.Destination; depth >= Addresses && slot < FilterCompiler.DestinationPort - 4; slot += 8)
        {
            // The verifier does not connect the version with the addresses: without CAP_PERFMON it wants every slot written that is read.
            code.Store(BpfWidth.Double, R10, slot, 0);
        }

        code.Load(BpfWidth.Word, R7, R6, 0).Load(BpfWidth.Word, R8, R6, 4);
        var ipv4 = new BpfLabel();
        var ipv6 = new BpfLabel();
        EmitEthernet(code, done);
        if (depth >= Addresses)
        {
            code.JumpIf(R3, BpfCondition.Equal, FrameFacts.Ipv4, ipv4).JumpIf(R3, BpfCondition.Equal, FrameFacts.Ipv6, ipv6);
        }

        code.Jump(done);
        if (depth < Addresses)
        {
            return;
        }

        var transport = new BpfLabel();
        code.Mark(ipv4);
        EmitIpv4(code, depth, transport, done);
        code.Mark(ipv6);
        EmitAddresses6(code, done);
        if (depth >= Protocol)
        {
            EmitExtensionHeaders(code, done);
        }

        code.Mark(transport);
        if (depth >= Ports)
        {
            EmitTransport(code, done);
        }
    }

    /// <summary>Goes to a label unless as many bytes lie at R7.</summary>
    private static BpfAssembler Need(BpfAssembler code, int bytes, BpfLabel otherwise) =>
        code.Move(R2, R7).Add(R2, bytes).JumpIf(R2, BpfCondition.Above, R8, otherwise);

    private static void EmitEthernet(BpfAssembler code, BpfLabel done)
    {
        Need(code, FrameFacts.Ethernet, done).Load(BpfWidth.Half, R3, R7, 12).FromBigEndian(R3, 16).Add(R7, FrameFacts.Ethernet);
        var untagged = new BpfLabel();
        for (int tag = 0; tag < 2; tag++)
        {
            var tagged = new BpfLabel();
            code.JumpIf(R3, BpfCondition.Equal, FrameFacts.VlanTag, tagged).JumpIf(R3, BpfCondition.NotEqual, FrameFacts.ServiceTag, untagged).Mark(tagged);
            Need(code, FrameFacts.Tag, done);
            if (tag == 0)
            {
                code.Load(BpfWidth.Half, R4, R7, 0).FromBigEndian(R4, 16).And(R4, 0xfff).Store(BpfWidth.Word, R10, FilterCompiler.Vlan, R4);
            }

            code.Load(BpfWidth.Half, R3, R7, 2).FromBigEndian(R3, 16).Add(R7, FrameFacts.Tag);
        }

        code.Mark(untagged).Store(BpfWidth.Word, R10, FilterCompiler.EtherType, R3);
    }

    private static void EmitIpv4(BpfAssembler code, int depth, BpfLabel transport, BpfLabel done)
    {
        Need(code, 20, done)
            .Load(BpfWidth.Byte, R3, R7, 0)
            .Move(R4, R3).ShiftRight(R4, 4).JumpIf(R4, BpfCondition.NotEqual, 4, done)
            .And(R3, 15).JumpIf(R3, BpfCondition.Below, 5, done)
            .ShiftLeft(R3, 2)
            .Store(BpfWidth.Word, R10, FilterCompiler.Version, 4)
            .Load(BpfWidth.Byte, R9, R7, 9).Store(BpfWidth.Word, R10, FilterCompiler.Protocol, R9);

        // An IPv4 address is the last word of its slot; terms look at it only when the version is 4.
        code.Load(BpfWidth.Word, R4, R7, 12).FromBigEndian(R4, 32).Store(BpfWidth.Word, R10, FilterCompiler.Source + 12, R4)
            .Load(BpfWidth.Word, R4, R7, 16).FromBigEndian(R4, 32).Store(BpfWidth.Word, R10, FilterCompiler.Destination + 12, R4);

        if (depth < Ports)
        {
            code.Jump(done);
            return;
        }

        // Only the first fragment has ports.
        code.Load(BpfWidth.Half, R4, R7, 6).FromBigEndian(R4, 16).And(R4, 0x1fff).JumpIf(R4, BpfCondition.NotEqual, 0u, done)
            .Add(R7, R3)
            .Jump(transport);
    }

    private static void EmitAddresses6(BpfAssembler code, BpfLabel done)
    {
        Need(code, 40, done)
            .Load(BpfWidth.Byte, R3, R7, 0).ShiftRight(R3, 4).JumpIf(R3, BpfCondition.NotEqual, 6, done)
            .Store(BpfWidth.Word, R10, FilterCompiler.Version, 6);
        for (int half = 0; half < 16; half += 8)
        {
            code.Load(BpfWidth.Double, R4, R7, 8 + half).FromBigEndian(R4, 64).Store(BpfWidth.Double, R10, FilterCompiler.Source + half, R4)
                .Load(BpfWidth.Double, R4, R7, 24 + half).FromBigEndian(R4, 64).Store(BpfWidth.Double, R10, FilterCompiler.Destination + half, R4);
        }

        code.Load(BpfWidth.Byte, R9, R7, 6).Add(R7, 40);
    }

    /// <summary>Unrolled: each header is looked at where it lies, and the verifier sees that R7 only moves on.</summary>
    private static void EmitExtensionHeaders(BpfAssembler code, BpfLabel done)
    {
        var found = new BpfLabel();
        for (int i = 0; i < FrameFacts.ExtensionHeaderLimit; i++)
        {
            var fragment = new BpfLabel();
            var authentication = new BpfLabel();
            var options = new BpfLabel();
            var advance = new BpfLabel();
            var next = new BpfLabel();
            EmitIsExtension(code, fragment, authentication, options);
            code.Jump(found);

            Need(code.Mark(fragment), 8, done)
                .Load(BpfWidth.Byte, R9, R7, 0)
                .Load(BpfWidth.Half, R4, R7, 2).FromBigEndian(R4, 16).And(R4, 0xfff8)
                .Add(R7, 8)
                .JumpIf(R4, BpfCondition.Equal, 0u, next)
                .Store(BpfWidth.Word, R10, FilterCompiler.Protocol, R9)
                .Jump(done);

            Need(code.Mark(authentication), 8, done)
                .Load(BpfWidth.Byte, R9, R7, 0).Load(BpfWidth.Byte, R3, R7, 1).Add(R3, 2).ShiftLeft(R3, 2)
                .Jump(advance);

            Need(code.Mark(options), 8, done)
                .Load(BpfWidth.Byte, R9, R7, 0).Load(BpfWidth.Byte, R3, R7, 1).Add(R3, 1).ShiftLeft(R3, 3);

            code.Mark(advance).Add(R7, R3).Mark(next);
        }

        EmitIsExtension(code, done, done, done);
        code.Mark(found).Store(BpfWidth.Word, R10, FilterCompiler.Protocol, R9);
    }

    private static void EmitIsExtension(BpfAssembler code, BpfLabel fragment, BpfLabel authentication, BpfLabel options) => code
        .JumpIf(R9, BpfCondition.Equal, 44, fragment)
        .JumpIf(R9, BpfCondition.Equal, 51, authentication)
        .JumpIf(R9, BpfCondition.Equal, 0u, options)
        .JumpIf(R9, BpfCondition.Equal, 43, options)
        .JumpIf(R9, BpfCondition.Equal, 60, options);

    private static void EmitTransport(BpfAssembler code, BpfLabel done)
    {
        var ports = new BpfLabel();
        var icmp6 = new BpfLabel();
        code.JumpIf(R9, BpfCondition.Equal, 6, ports)
            .JumpIf(R9, BpfCondition.Equal, 17, ports)
            .JumpIf(R9, BpfCondition.Equal, 132, ports)
            .JumpIf(R9, BpfCondition.Equal, 136, ports)
            .JumpIf(R9, BpfCondition.Equal, 58, icmp6)
            .Jump(done);
        Need(code.Mark(ports), 4, done)
            .Load(BpfWidth.Half, R3, R7, 0).FromBigEndian(R3, 16).Store(BpfWidth.Word, R10, FilterCompiler.SourcePort, R3)
            .Load(BpfWidth.Half, R3, R7, 2).FromBigEndian(R3, 16).Store(BpfWidth.Word, R10, FilterCompiler.DestinationPort, R3)
            .Jump(done);
        Need(code.Mark(icmp6), 1, done)
            .Load(BpfWidth.Byte, R3, R7, 0).Store(BpfWidth.Word, R10, FilterCompiler.Icmp6Type, R3);
    }
}
