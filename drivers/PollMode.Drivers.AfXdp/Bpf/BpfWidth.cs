namespace PollMode.Drivers.AfXdp.Bpf;

/// <summary>Width of a load or store. Values are the size bits of the opcode.</summary>
internal enum BpfWidth
{
    /// <summary>Four bytes.</summary>
    Word = 0x00,

    /// <summary>Two bytes.</summary>
    Half = 0x08,

    /// <summary>One byte.</summary>
    Byte = 0x10,

    /// <summary>Eight bytes.</summary>
    Double = 0x18,
}
