namespace PollMode.Drivers.AfXdp.Bpf;

/// <summary>Registers of the BPF machine (Documentation/bpf/standardization/instruction-set.rst).</summary>
internal enum BpfRegister
{
    /// <summary>Result of a call, and of the program.</summary>
    R0,

    /// <summary>First argument; the context at the start. A call destroys R1 to R5.</summary>
    R1,

    /// <summary>Second argument.</summary>
    R2,

    /// <summary>Third argument.</summary>
    R3,

    /// <summary>Fourth argument.</summary>
    R4,

    /// <summary>Fifth argument.</summary>
    R5,

    /// <summary>Kept over calls, as R7 to R9.</summary>
    R6,

    /// <summary>Kept over calls.</summary>
    R7,

    /// <summary>Kept over calls.</summary>
    R8,

    /// <summary>Kept over calls.</summary>
    R9,

    /// <summary>End of the stack of 512 bytes; read-only.</summary>
    R10,
}
