namespace PollMode.Drivers.Memif;

/// <summary>How memory of a peer is touched that the peer could take away.</summary>
internal enum MemoryGuard
{
    /// <summary>Directly where <see cref="VanishingMemory"/> works, otherwise as <see cref="Kernel"/>.</summary>
    Auto,

    /// <summary>Only through the kernel, by <see cref="GuardedCopy"/>.</summary>
    Kernel,

    /// <summary>Directly: a peer that takes it away ends this process.</summary>
    Off,
}
