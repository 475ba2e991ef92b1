namespace PollMode.Drivers.AfXdp.Bpf;

/// <summary>Conditions of a jump; all comparisons are unsigned. Values are the operation bits of the opcode.</summary>
internal enum BpfCondition
{
    Equal = 0x10,
    Above = 0x20,
    AboveOrEqual = 0x30,
    NotEqual = 0x50,
    Below = 0xa0,
    BelowOrEqual = 0xb0,
}
