namespace PollMode.Drivers.AfXdp.Bpf;

/// <summary>
/// Just enough of an assembler to write XDP programs as they are read: one method for each kind of instruction, labels for the jumps.
/// Opcodes as in Documentation/bpf/standardization/instruction-set.rst.
/// </summary>
internal sealed class BpfAssembler
{
    /// <summary>bpf_map_lookup_elem.</summary>
    internal const int MapLookup = 1;

    /// <summary>bpf_redirect_map.</summary>
    internal const int RedirectMap = 51;

    /// <summary>bpf_xdp_adjust_meta.</summary>
    internal const int AdjustMeta = 54;

    // Instruction classes.
    private const int LD = 0x00;
    private const int LDX = 0x01;
    private const int ST = 0x02;
    private const int STX = 0x03;
    private const int JMP = 0x05;
    private const int JMP32 = 0x06;
    private const int ALU64 = 0x07;

    private const int MEM = 0x60;
    private const int ATOMIC = 0xc0;
    private const int FromRegister = 0x08;
    private const int ToBigEndian = 0xdc;
    private const int PseudoMapFd = 1;
    private const int PseudoKernelFunction = 2;

    private readonly List<BpfInstruction> _code = [];
    private readonly List<(int Index, BpfLabel Label)> _jumps = [];

    /// <summary>Instructions so far.</summary>
    internal int Length => _code.Count;

    /// <summary>Gives the program, with all jumps resolved.</summary>
    /// <exception cref="PollModeException">A jump is too far.</exception>
    internal BpfInstruction[] Assemble()
    {
        BpfInstruction[] code = [.. _code];
        foreach ((int index, BpfLabel label) in _jumps)
        {
            int distance = label.Target - index - 1;
            if (label.Target < 0 || distance is < 0 or > short.MaxValue)
            {
                throw new PollModeException($"A jump of the XDP program leads {distance} instructions away; write a filter with fewer terms.");
            }

            code[index] = code[index].WithOffset(distance);
        }

        return code;
    }

    /// <summary>Marks the next instruction as a label's target.</summary>
    internal BpfAssembler Mark(BpfLabel label)
    {
        label.Target = _code.Count;
        return this;
    }

    /// <summary>destination = *(width*)(address + offset).</summary>
    internal BpfAssembler Load(BpfWidth width, BpfRegister destination, BpfRegister address, int offset) =>
        Emit(LDX | MEM | (int)width, destination, address, offset, 0);

    /// <summary>*(width*)(address + offset) = source.</summary>
    internal BpfAssembler Store(BpfWidth width, BpfRegister address, int offset, BpfRegister source) =>
        Emit(STX | MEM | (int)width, address, source, offset, 0);

    /// <summary>*(width*)(address + offset) = value.</summary>
    internal BpfAssembler Store(BpfWidth width, BpfRegister address, int offset, int value) =>
        Emit(ST | MEM | (int)width, address, 0, offset, value);

    /// <summary>*(width*)(address + offset) += source, whoever else does the same.</summary>
    internal BpfAssembler AtomicAdd(BpfWidth width, BpfRegister address, int offset, BpfRegister source) =>
        Emit(STX | ATOMIC | (int)width, address, source, offset, 0);

    /// <summary>destination = source.</summary>
    internal BpfAssembler Move(BpfRegister destination, BpfRegister source) => Emit(ALU64 | FromRegister | 0xb0, destination, source, 0, 0);

    /// <summary>destination = value, sign-extended.</summary>
    internal BpfAssembler Move(BpfRegister destination, int value) => Emit(ALU64 | 0xb0, destination, 0, 0, value);

    /// <summary>destination = a value of 64 bits; two slots.</summary>
    internal BpfAssembler Move64(BpfRegister destination, ulong value) =>
        Emit(LD | (int)BpfWidth.Double, destination, 0, 0, (int)value).Emit(0, 0, 0, 0, (int)(value >> 32));

    /// <summary>destination = the map behind a file descriptor; two slots.</summary>
    internal BpfAssembler MoveMap(BpfRegister destination, int mapNumber) =>
        Emit(LD | (int)BpfWidth.Double, destination, (BpfRegister)PseudoMapFd, 0, mapNumber).Emit(0, 0, 0, 0, 0);

    /// <summary>destination += source.</summary>
    internal BpfAssembler Add(BpfRegister destination, BpfRegister source) => Emit(ALU64 | FromRegister, destination, source, 0, 0);

    /// <summary>destination += value.</summary>
    internal BpfAssembler Add(BpfRegister destination, int value) => Emit(ALU64, destination, 0, 0, value);

    /// <summary>destination &amp;= value, sign-extended.</summary>
    internal BpfAssembler And(BpfRegister destination, int value) => Emit(ALU64 | 0x50, destination, 0, 0, value);

    /// <summary>destination &amp;= source.</summary>
    internal BpfAssembler And(BpfRegister destination, BpfRegister source) => Emit(ALU64 | FromRegister | 0x50, destination, source, 0, 0);

    /// <summary>destination |= value, sign-extended.</summary>
    internal BpfAssembler Or(BpfRegister destination, int value) => Emit(ALU64 | 0x40, destination, 0, 0, value);

    /// <summary>destination &lt;&lt;= bits.</summary>
    internal BpfAssembler ShiftLeft(BpfRegister destination, int bits) => Emit(ALU64 | 0x60, destination, 0, 0, bits);

    /// <summary>destination >>= bits, without sign.</summary>
    internal BpfAssembler ShiftRight(BpfRegister destination, int bits) => Emit(ALU64 | 0x70, destination, 0, 0, bits);

    /// <summary>Takes the low 16, 32 or 64 bits as big-endian and clears the rest.</summary>
    internal BpfAssembler FromBigEndian(BpfRegister destination, int bits) => Emit(ToBigEndian, destination, 0, 0, bits);

    /// <summary>Goes to a label further on.</summary>
    internal BpfAssembler Jump(BpfLabel label) => EmitJump(JMP, 0, 0, 0, label);

    /// <summary>Goes to a label if 64 bits of a register compare so with those of another.</summary>
    internal BpfAssembler JumpIf(BpfRegister left, BpfCondition condition, BpfRegister right, BpfLabel label) =>
        EmitJump(JMP | FromRegister | (int)condition, left, right, 0, label);

    /// <summary>Goes to a label if the low 32 bits of a register compare so with a value.</summary>
    internal BpfAssembler JumpIf(BpfRegister left, BpfCondition condition, uint value, BpfLabel label) =>
        EmitJump(JMP32 | (int)condition, left, 0, (int)value, label);

    /// <summary>Goes to a label if an address is none: the comparison after which the verifier lets it be used.</summary>
    internal BpfAssembler JumpIfNull(BpfRegister address, BpfLabel label) => EmitJump(JMP | (int)BpfCondition.Equal, address, 0, 0, label);

    /// <summary>Calls a helper; the result is in R0, and R1 to R5 are lost.</summary>
    internal BpfAssembler Call(int helper) => Emit(JMP | 0x80, 0, 0, 0, helper);

    /// <summary>Calls a function of the kernel by its BTF type number; the result is in R0, and R1 to R5 are lost.</summary>
    internal BpfAssembler CallKernelFunction(int typeId) => Emit(JMP | 0x80, 0, (BpfRegister)PseudoKernelFunction, 0, typeId);

    /// <summary>Ends the program with R0 as its verdict.</summary>
    internal BpfAssembler Exit() => Emit(JMP | 0x90, 0, 0, 0, 0);

    private BpfAssembler EmitJump(int code, BpfRegister left, BpfRegister right, int value, BpfLabel label)
    {
        label.IsUsed = true;
        _jumps.Add((_code.Count, label));
        return Emit(code, left, right, 0, value);
    }

    private BpfAssembler Emit(int code, BpfRegister destination, BpfRegister source, int offset, int immediate)
    {
        _code.Add(new BpfInstruction(code, destination, source, offset, immediate));
        return this;
    }
}
