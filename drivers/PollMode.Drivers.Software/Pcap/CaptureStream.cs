using Microsoft.Win32.SafeHandles;

namespace PollMode.Drivers.Software;

/// <summary>
/// The bytes of a capture, for the poll thread: always at hand without a system call, each record in one piece.
/// A small file is read whole when it is opened, so that replaying it again and again costs nothing but the copy into packets. Of a large
/// one a loader thread keeps some windows ahead.
/// </summary>
/// <remarks>
/// A memory mapping would be shorter, but its page faults are disk reads on the poll thread, and a file that somebody cuts meanwhile
/// kills the process with SIGBUS.
/// </remarks>
internal sealed class CaptureStream : IDisposable
{
    /// <summary>Longest record that is given in one piece: the longest frame with its headers and options.</summary>
    internal const int MaxRecordBytes = 512 << 10;

    /// <summary>Bytes behind a file that is kept in memory: who copies a short frame by larger pieces may read so far beyond it.</summary>
    internal const int SlackBytes = 64;

    private readonly SafeFileHandle _file;
    private readonly long _laps;
    private readonly long _fileBytes;
    private readonly CaptureWindow[] _windows;
    private readonly Thread? _loader;
    private volatile bool _stop;
    private volatile string? _readError;
    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private int _current = -1;
    private bool _isLast;
    private bool _isDiscarding;
    private long _skip;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="laps">How many times it will be read; <see cref="long.MaxValue"/> for ever.</param>
    /// <param name="residentBytes">Largest file that is kept in memory whole.</param>
    /// <param name="windowBytes">Size of the windows of a larger one.</param>
    /// <exception cref="IOException">It cannot be opened or read.</exception>
    internal CaptureStream(string path, long laps, long residentBytes = 64 << 20, int windowBytes = 4 << 20)
    {
        _laps = laps;
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.SequentialScan);
        try
        {
            _fileBytes = RandomAccess.GetLength(_file);
            if (_fileBytes <= residentBytes)
            {
                _windows = [new CaptureWindow(0, (int)_fileBytes + SlackBytes)];
                Fill(_windows[0], 0, 0, (int)_fileBytes);
                Rewind();
                return;
            }

            _windows = [.. Enumerable.Range(0, 4).Select(_ => new CaptureWindow(MaxRecordBytes, windowBytes))];
            _loader = new Thread(Load, 1 << 18) { Name = "capture-loader", IsBackground = true };
            _loader.Start();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of the file when it was opened.</summary>
    internal long FileBytes => _fileBytes;

    /// <summary>Whether the whole file is kept in memory.</summary>
    internal bool IsResident => _loader == null;

    /// <summary>The unread bytes at hand. Borrowed: valid until the next call that changes the stream.</summary>
    internal ReadOnlySpan<byte> Available => new(_bytes, _start, _end - _start);

    /// <summary>The whole file, if it is kept in memory, and the slack behind it. Borrowed.</summary>
    internal ReadOnlySpan<byte> Resident => IsResident ? _windows[0].Bytes.AsSpan(0, _windows[0].Length + SlackBytes) : [];

    /// <summary>Byte of the file at which <see cref="Available"/> starts.</summary>
    internal long Position { get; private set; }

    /// <summary>True when the file holds nothing behind <see cref="Available"/>.</summary>
    internal bool IsAtEnd => _isLast;

    /// <summary>True when the file ended inside something that was to be passed over.</summary>
    internal bool EndedInSkip => _isLast && _skip > 0;

    /// <summary>Why reading failed, or null.</summary>
    internal string? ReadError => _readError;

    /// <summary>Passes over bytes, whether they are at hand or not.</summary>
    internal void Advance(long count)
    {
        long available = Math.Min(count, _end - _start);
        _start += (int)available;
        _skip = count - available;
        Position += count;
    }

    /// <summary>Takes the next window if it is loaded; what is left of the current one is put in front of it.</summary>
    /// <returns>False if there is none, or none yet.</returns>
    internal bool TryGrow()
    {
        if (_loader == null || _isLast)
        {
            return false;
        }

        int index = (_current + 1) % _windows.Length;
        CaptureWindow next = _windows[index];
        if (!next.IsFull)
        {
            return false;
        }

        // What the formats leave unread is less than one record.
        int left = _isDiscarding ? 0 : _end - _start;
        int start = MaxRecordBytes - left;
        Available[..left].CopyTo(next.Bytes.AsSpan(start));
        Release();
        _current = index;
        _bytes = next.Bytes;
        _end = MaxRecordBytes + next.Length;
        _start = _isDiscarding ? _end : start;
        if (_isDiscarding)
        {
            _isDiscarding = !next.IsLast;
            return true;
        }

        _isLast = next.IsLast;
        long skipped = Math.Min(_skip, _end - _start);
        _start += (int)skipped;
        _skip -= skipped;
        return true;
    }

    /// <summary>Goes back to the file's first byte.</summary>
    internal void Rewind()
    {
        Position = 0;
        _skip = 0;
        if (_loader == null)
        {
            _bytes = _windows[0].Bytes;
            _start = 0;
            _end = _windows[0].Length;
            _isLast = true;
            return;
        }

        // The loader goes on with the next lap by itself: what is left of this one is thrown away.
        _isDiscarding = !_isLast;
        _isLast = false;
        _start = _end;
    }

    public void Dispose()
    {
        _stop = true;
        _loader?.Join();
        _file.Dispose();
    }

    private void Release()
    {
        if (_current >= 0)
        {
            _windows[_current].IsFull = false;
        }
    }

    private void Load()
    {
        int index = 0;
        for (long lap = 0; lap < _laps && !_stop; lap++)
        {
            long offset = 0;
            bool isLast = false;
            while (!isLast)
            {
                CaptureWindow window = _windows[index];
                while (window.IsFull)
                {
                    if (_stop)
                    {
                        return;
                    }

                    // Some ten MiB are ahead: a millisecond is soon enough, and the poll thread need not wake anybody.
                    Thread.Sleep(1);
                }

                Fill(window, MaxRecordBytes, offset, window.Bytes.Length - MaxRecordBytes);
                offset += window.Length;
                isLast = window.IsLast;
                window.IsFull = true;
                index = (index + 1) % _windows.Length;
            }
        }
    }

    /// <summary>Reads until the window is full, the file ends where it ended when it was opened, or reading fails.</summary>
    private void Fill(CaptureWindow window, int headroom, long offset, int room)
    {
        int filled = 0;
        int wanted = (int)Math.Min(room, _fileBytes - offset);
        bool isShort = false;
        try
        {
            while (filled < wanted && !isShort)
            {
                int read = RandomAccess.Read(_file, window.Bytes.AsSpan(headroom + filled, wanted - filled), offset + filled);
                filled += read;
                isShort = read == 0;
            }
        }
        catch (Exception fault) when (_loader != null && fault is IOException or UnauthorizedAccessException)
        {
            _readError = fault.Message;
            isShort = true;
        }

        window.Length = filled;
        window.IsLast = isShort || offset + filled >= _fileBytes;
    }
}
