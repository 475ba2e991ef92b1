using PollMode.Linux;

namespace PollMode.Drivers.Memif;

/// <summary>
/// Copies between our buffers and a peer's memory. Memory that may be touched is copied at once. Other memory is copied by the kernel, many
/// pieces in one system call at the end of a burst: where a peer has cut its file short, that fails, and a plain copy would end the process.
/// </summary>
internal sealed unsafe class GuardedCopy : IDisposable
{
    /// <summary>IOV_MAX of linux/uio.h.</summary>
    private const int MostPieces = 1024;

    private readonly bool _toPeer;
    private readonly IoVector* _ours;
    private readonly IoVector* _theirs;
    private nint _memory;
    private int _count;
    private nuint _bytes;

    internal GuardedCopy(bool toPeer)
    {
        _toPeer = toPeer;
        _memory = (nint)System.Runtime.InteropServices.NativeMemory.Alloc(2 * MostPieces, (nuint)sizeof(IoVector));
        _ours = (IoVector*)_memory;
        _theirs = _ours + MostPieces;
    }

    ~GuardedCopy() => Dispose();

    public void Dispose()
    {
        System.Runtime.InteropServices.NativeMemory.Free((void*)Interlocked.Exchange(ref _memory, 0));
        GC.SuppressFinalize(this);
    }

    /// <summary>Copies now, or at the next <see cref="TryFlush"/>.</summary>
    /// <returns>False if the peer's memory is gone.</returns>
    internal bool TryCopy(byte* ours, byte* theirs, int bytes, bool isTouchable)
    {
        if (!isTouchable)
        {
            return TryAdd(ours, theirs, bytes);
        }

        if (_toPeer)
        {
            Buffer.MemoryCopy(ours, theirs, bytes, bytes);
        }
        else
        {
            Buffer.MemoryCopy(theirs, ours, bytes, bytes);
        }

        return true;
    }

    /// <summary>Puts a copy off until the next <see cref="TryFlush"/>.</summary>
    /// <returns>False if the peer's memory is gone: so many were put off already that they had to be made.</returns>
    internal bool TryAdd(byte* ours, byte* theirs, int bytes)
    {
        if (_count == MostPieces && !TryFlush())
        {
            return false;
        }

        _ours[_count] = new IoVector(ours, bytes);
        _theirs[_count++] = new IoVector(theirs, bytes);
        _bytes += (nuint)bytes;
        return true;
    }

    /// <summary>Copies what was put off.</summary>
    /// <returns>False if not all of it could be copied.</returns>
    internal bool TryFlush()
    {
        if (_count == 0)
        {
            return true;
        }

        nint copied = _toPeer
            ? LibC.ProcessVmWrite(Environment.ProcessId, _ours, (nuint)_count, _theirs, (nuint)_count, 0)
            : LibC.ProcessVmRead(Environment.ProcessId, _ours, (nuint)_count, _theirs, (nuint)_count, 0);
        bool whole = copied == (nint)_bytes;
        _count = 0;
        _bytes = 0;
        return whole;
    }

    /// <summary>Forgets what was put off.</summary>
    internal void Discard()
    {
        _count = 0;
        _bytes = 0;
    }
}
