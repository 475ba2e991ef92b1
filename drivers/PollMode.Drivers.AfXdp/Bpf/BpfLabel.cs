namespace PollMode.Drivers.AfXdp.Bpf;

/// <summary>A place in a program that jumps may name before it is known.</summary>
internal sealed class BpfLabel
{
    /// <summary>Index of the instruction, or -1 as long as it is not marked.</summary>
    internal int Target { get; set; } = -1;

    /// <summary>Whether a jump names it. The verifier refuses code that nothing leads to.</summary>
    internal bool IsUsed { get; set; }
}
