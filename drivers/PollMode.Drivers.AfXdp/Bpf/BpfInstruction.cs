using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp.Bpf;

/// <summary><c>struct bpf_insn</c> of linux/bpf.h: eight bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct BpfInstruction
{
    /// <summary>Class, operation and source kind.</summary>
    internal readonly byte Code;

    /// <summary>Destination register in the low four bits, source register in the high ones.</summary>
    internal readonly byte Registers;

    /// <summary>Offset from an address, or of a jump in instructions.</summary>
    internal readonly short Offset;

    /// <summary>Immediate operand.</summary>
    internal readonly int Immediate;

    internal BpfInstruction(int code, BpfRegister destination, BpfRegister source, int offset, int immediate)
    {
        Code = (byte)code;
        Registers = (byte)((int)destination | ((int)source << 4));
        Offset = checked((short)offset);
        Immediate = immediate;
    }

    /// <summary>The same instruction with another offset: how a jump gets its target.</summary>
    internal BpfInstruction WithOffset(int offset) => new(Code, (BpfRegister)(Registers & 15), (BpfRegister)(Registers >> 4), offset, Immediate);
}
