using System.Runtime.InteropServices;
using PollMode.Drivers.AfXdp.Bpf;
using static PollMode.Drivers.AfXdp.Bpf.BpfRegister;

namespace PollMode.Drivers.AfXdp.Tests.Bpf;

/// <summary>The bytes of each kind of instruction, as the kernel's documentation and bpftool give them.</summary>
public sealed class BpfAssemblerTests
{
    [Fact]
    public unsafe void An_instruction_has_eight_bytes() => Assert.Equal(8, sizeof(BpfInstruction));

    [Fact]
    public void Loads_and_stores_have_golden_bytes()
    {
        Assert.Equal("6112100000000000", Hex(code => code.Load(BpfWidth.Word, R2, R1, 16)));
        Assert.Equal("69730c0000000000", Hex(code => code.Load(BpfWidth.Half, R3, R7, 12)));
        Assert.Equal("7174090000000000", Hex(code => code.Load(BpfWidth.Byte, R4, R7, 9)));
        Assert.Equal("79a2d0ff00000000", Hex(code => code.Load(BpfWidth.Double, R2, R10, -48)));
        Assert.Equal("634af8ff00000000", Hex(code => code.Store(BpfWidth.Word, R10, -8, R4)));
        Assert.Equal("62 0a fc ff ff ff ff ff".Replace(" ", string.Empty), Hex(code => code.Store(BpfWidth.Word, R10, -4, -1)));
        Assert.Equal("db10400000000000", Hex(code => code.AtomicAdd(BpfWidth.Double, R0, 64, R1)));
        Assert.Equal("7a0ac0ff00000000", Hex(code => code.Store(BpfWidth.Double, R10, -64, 0)));
    }

    [Fact]
    public void Arithmetic_has_golden_bytes()
    {
        Assert.Equal("bf16000000000000", Hex(code => code.Move(R6, R1)));
        Assert.Equal("b703000002000000", Hex(code => code.Move(R3, 2)));
        Assert.Equal("18030000efcdab8900000000" + "67452301", Hex(code => code.Move64(R3, 0x0123456789abcdef)));
        Assert.Equal("1811000007000000" + "0000000000000000", Hex(code => code.MoveMap(R1, 7)));
        Assert.Equal("0f37000000000000", Hex(code => code.Add(R7, R3)));
        Assert.Equal("070700000e000000", Hex(code => code.Add(R7, 14)));
        Assert.Equal("57030000ff0f0000", Hex(code => code.And(R3, 0xfff)));
        Assert.Equal("5f32000000000000", Hex(code => code.And(R2, R3)));
        Assert.Equal("6703000002000000", Hex(code => code.ShiftLeft(R3, 2)));
        Assert.Equal("7704000004000000", Hex(code => code.ShiftRight(R4, 4)));
        Assert.Equal("dc03000010000000", Hex(code => code.FromBigEndian(R3, 16)));
    }

    [Fact]
    public void Jumps_lead_over_what_lies_between()
    {
        var end = new BpfLabel();
        Assert.Equal(
            "2d82020000000000" + "5602010000080000" + "0500000000000000" + "9500000000000000",
            Hex(code => code.JumpIf(R2, BpfCondition.Above, R8, end).JumpIf(R2, BpfCondition.NotEqual, 0x800, end).Jump(end).Mark(end).Exit()));
        Assert.Equal("1500000000000000" + "9500000000000000", Hex(code => code.JumpIfNull(R0, end).Mark(end).Exit()));
        Assert.Equal("8500000033000000", Hex(code => code.Call(BpfAssembler.RedirectMap)));
        Assert.Equal("8520000039300000", Hex(code => code.CallKernelFunction(12345)));
    }

    [Fact]
    public void A_jump_to_nowhere_is_refused()
    {
        var code = new BpfAssembler();
        code.Jump(new BpfLabel());
        Assert.Throws<PollModeException>(code.Assemble);
    }

    [Fact]
    public void A_filter_that_takes_all_is_a_plain_redirect()
    {
        BpfInstruction[] code = PacketFilter.All.Compile(9);

        // r6 = r1; goto next; r2 = queue; r1 = map; r3 = XDP_PASS; r0 = bpf_redirect_map; exit
        Assert.Equal(
            "bf16000000000000" + "0500000000000000" +
            "6162100000000000" + "18110000090000000000000000000000" + "b703000002000000" + "8500000033000000" + "9500000000000000",
            Hex(code));
    }

    [Fact]
    public void The_verifier_takes_a_long_filter_and_its_log_is_in_the_message_of_a_bad_program()
    {
        Requires.Bpf();
        string clauses = string.Join('|', Enumerable.Range(0, 60).Select(i => $"vlan:{i}+src:10.{i}.0.0/16+tcp+port:{i}-{i + 100}|ip:2001:db8:{i}::/48+udp+dport:{i + 1}"));
        using BpfMap map = BpfMap.Create(BpfMap.TypeXskMap, 4, "test_xsks");
        using BpfProgram program = BpfProgram.Load(PacketFilter.Parse(clauses, "arp|nd", keepManagement: true).Compile(map.Number), "test_long", BpfProgram.HasFragments);
        Assert.NotEqual(0u, program.Id);
        Assert.Equal("test_long", BpfProgram.NameOf(program.Id));

        BpfInstruction[] bad = new BpfAssembler().Load(BpfWidth.Word, R0, R5, 0).Exit().Assemble();
        PollModeException fault = Assert.Throws<PollMode.Linux.LinuxException>(() => BpfProgram.Load(bad, "test_bad", 0));
        Assert.Contains("R5 !read_ok", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_keeps_what_is_put_in_and_refuses_what_does_not_fit()
    {
        Requires.Bpf();
        using BpfMap map = BpfMap.Create(BpfMap.TypeArray, 4, "test_array");
        map.Set(3, 77);
        Assert.True(map.TryGet(3, out int value));
        Assert.Equal(77, value);
        Assert.False(map.TryGet(4, out _));
        Assert.Contains("E2BIG", Assert.Throws<PollMode.Linux.LinuxException>(() => map.Set(4, 1)).Message, StringComparison.Ordinal);

        using BpfMap sockets = BpfMap.Create(BpfMap.TypeXskMap, 4, "test_xsks");
        Assert.Contains("ENOTSOCK", Assert.Throws<PollMode.Linux.LinuxException>(() => sockets.Set(0, map.Number)).Message, StringComparison.Ordinal);
        Assert.Contains("EBADF", Assert.Throws<PollMode.Linux.LinuxException>(() => sockets.Set(0, 9999)).Message, StringComparison.Ordinal);
    }

    private static string Hex(Func<BpfAssembler, BpfAssembler> write) => Hex(write(new BpfAssembler()).Assemble());

    private static string Hex(BpfInstruction[] code) => Convert.ToHexStringLower(MemoryMarshal.AsBytes<BpfInstruction>(code));
}
