using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp;

/// <summary>
/// Which buffers the kernel holds on one side of a queue: one byte for each buffer of the arena, written by the worker alone. It makes sure
/// that nothing is taken back that was not given, and that all comes home when the socket is closed, wherever in the kernel it was.
/// </summary>
internal sealed unsafe class HeldBuffers : IDisposable
{
    private byte* _counts;
    private int* _heads;

    /// <summary>Makes the table.</summary>
    /// <param name="buffers">Buffers of the arena.</param>
    /// <param name="chains">Whether frames of several buffers are sent: then the table also knows which buffer stands for which frame.</param>
    internal HeldBuffers(int buffers, bool chains)
    {
        Buffers = buffers;
        _counts = (byte*)NativeMemory.AllocZeroed((nuint)buffers);
        _heads = chains ? (int*)NativeMemory.AllocZeroed((nuint)buffers, sizeof(int)) : null;
    }

    ~HeldBuffers() => Free();

    /// <summary>Buffers of the arena.</summary>
    internal int Buffers { get; }

    /// <summary>The table of <see cref="CountOf"/>, for loops. Until it is disposed.</summary>
    internal byte* Counts => _counts;

    /// <summary>Whether frames of several buffers may be among them.</summary>
    internal bool HasChains => _heads != null;

    /// <summary>Times that the kernel holds a buffer: a clone may be sent twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref byte CountOf(int buffer) => ref _counts[buffer];

    /// <summary>
    /// What a completion of the buffer means: 0 frees the buffer itself, a positive number frees the chain whose first buffer is that minus
    /// one, a negative one frees nothing because the chain's last buffer will.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int HeadOf(int buffer) => _heads == null ? 0 : _heads[buffer];

    /// <summary>Notes what a completion of the buffer will mean.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SetHead(int buffer, int head)
    {
        if (_heads != null)
        {
            _heads[buffer] = head;
        }
    }

    /// <summary>Frees all packets the kernel held, when it no longer does. From any thread, once the worker is out.</summary>
    /// <returns>How many buffers were held.</returns>
    internal int FreeAll(Arena arena)
    {
        int freed = 0;
        for (int buffer = 0; buffer < Buffers; buffer++)
        {
            for (; _counts[buffer] > 0; _counts[buffer]--)
            {
                freed++;
                int head = HeadOf(buffer);
                if (head >= 0)
                {
                    arena.PacketOf(head > 0 ? head - 1 : buffer).Free();
                }
            }
        }

        return freed;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free(_counts);
        NativeMemory.Free(_heads);
        _counts = null;
        _heads = null;
    }
}
