namespace PollMode;

/// <summary>What a worker does on a turn that brought nothing. Without state of its own, so that one object serves all workers.</summary>
public interface IIdleStrategy
{
    /// <summary>Whether it may give up the CPU on purpose. Time that such a strategy spends is rest, and not a stall of the worker.</summary>
    bool Rests => true;

    /// <summary>Spends a moment. Called on the worker's thread after each empty turn.</summary>
    /// <param name="emptyTurns">Turns without a packet in a row, this one included.</param>
    /// <param name="fileDescriptors">Descriptors of the worker's receive queues that become readable when packets wait; may be empty.</param>
    void Idle(long emptyTurns, ReadOnlySpan<int> fileDescriptors);
}
