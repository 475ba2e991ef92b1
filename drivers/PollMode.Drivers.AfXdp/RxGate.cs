using System.Runtime.CompilerServices;

namespace PollMode.Drivers.AfXdp;

/// <summary>
/// Sheds load before the socket: while the kernel has next to no buffers left for a queue of a device that copies, the program drops and counts
/// the queue's frames itself.
/// </summary>
/// <remarks>
/// They would be lost all the same, but at the socket, where each lost frame costs the sending half. The kernel counts it in a line of the
/// socket that holds the TX ring's address, and for the attempt reads the line of the pool that holds the locks of the completion ring: on the
/// CPU that receives, while the one that sends writes both lines for each frame. One worker that answers a flood was held up for a third of its
/// time.
/// The worker alone writes the word that closes the gate, the program alone the count, in another cache line. Neither orders anything by the
/// other: a gate seen late costs a frame or saves one.
/// The kernel has its buffers back by the time that the gate opens, so that it fills them in one go while the worker is busy with others. A
/// worker that finds its RX ring empty opens the gate whatever there is, so that it cannot stay closed for want of buffers.
/// </remarks>
internal sealed unsafe class RxGate
{
    private readonly object _mapping;
    private readonly int* _word;
    private readonly long* _shed;
    private readonly int _low;
    private readonly int _high;
    private bool _isClosed;

    internal RxGate(object mapping, int* word, long* shed, int buffers)
    {
        _mapping = mapping;
        _word = word;
        _shed = shed;
        _low = Math.Clamp(buffers / 16, 1, 64);
        _high = buffers / 4;
    }

    /// <summary>Frames dropped here. From any thread.</summary>
    internal long Shed
    {
        get
        {
            long shed = Volatile.Read(ref *_shed);
            GC.KeepAlive(_mapping);
            return shed;
        }
    }

    /// <summary>Closes or opens. By the receiving worker, before it takes a burst.</summary>
    /// <param name="waiting">Filled buffers that wait in the RX ring.</param>
    /// <param name="stock">Buffers that the kernel can still fill.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Tend(int waiting, int stock)
    {
        bool isClosed = waiting > 0 && stock < (_isClosed ? _high : _low);
        if (isClosed != _isClosed)
        {
            Set(isClosed);
        }
    }

    /// <summary>Opens. By the receiving worker, or while it touches nothing.</summary>
    internal void Open() => Set(false);

    private void Set(bool isClosed)
    {
        _isClosed = isClosed;
        Volatile.Write(ref *_word, isClosed ? 1 : 0);
        GC.KeepAlive(_mapping);
    }
}
