using System.IO.Pipelines;

namespace PollMode.Drivers.Software;

/// <summary>
/// Writes a capture from the buffers of any number of queues, by a thread of its own. What the poll threads see of it is the
/// <see cref="CaptureLane"/>: memory, with a size that is the declared back-pressure. A slow or full disk fills the lanes or costs the frames
/// of a failed write, both counted; the file ends with a whole record and goes on once there is room again.
/// </summary>
internal sealed class CaptureWriter : IDisposable
{
    /// <summary>Most bytes of one write, and hence what one failed write costs.</summary>
    private const int ChunkBytes = 1 << 20;

    private const int SleepAfterFailureMilliseconds = 10;

    private readonly CaptureWriterSettings _settings;
    private readonly CaptureEncoding _encoding;
    private readonly CaptureFile _file;
    private readonly PipeWriter _pipe;
    private readonly Thread _thread;
    private readonly TimeSpan _patience;
    private readonly Lock _gate = new();
    private volatile CaptureLane[] _lanes = [];
    private volatile bool _isClosing;
    private volatile bool _isAbandoned;
    private bool _hasHeader;
    private bool _isDisposed;
    private long _written;

    /// <summary>Makes the file anew and starts the thread.</summary>
    /// <param name="settings">File, format, sizes.</param>
    /// <param name="interfaceName">What a pcapng calls the interface.</param>
    /// <param name="patience">How long closing waits for the disk.</param>
    /// <exception cref="PollModeException">The file cannot be written.</exception>
    internal CaptureWriter(CaptureWriterSettings settings, string interfaceName, TimeSpan patience)
    {
        _settings = settings;
        _patience = patience;
        _encoding = settings.IsPcapng ? new PcapngEncoding(settings.SnapLength, interfaceName) : new PcapEncoding(settings.SnapLength);
        _file = new CaptureFile(settings.Path);
        _pipe = PipeWriter.Create(_file, new StreamPipeWriterOptions(leaveOpen: true));
        _thread = new Thread(Run, 1 << 18) { Name = "capture-writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Frames in the file.</summary>
    internal long Written => Volatile.Read(ref _written);

    /// <summary>Frames of writes that failed.</summary>
    internal long Lost => _lanes.Sum(lane => lane.Lost);

    /// <summary>Frames that found their lane full.</summary>
    internal long Dropped => _lanes.Sum(lane => lane.Dropped);

    /// <summary>File, format, buffer.</summary>
    internal string Description =>
        $"writes '{_settings.Path}': {_encoding.Name}, {_settings.BufferBytes >> 10} KiB of buffer for each queue, {(_settings.WaitsWhenFull ? "waits" : "drops")} when it is full";

    /// <summary>What went wrong so far as a sentence, or null.</summary>
    internal string? FaultSentence => Lost == 0
        ? null
        : $"'{_settings.Path}' lacks {Lost} frame(s) whose write failed: {_file.LastError?.TrimEnd('.')}; make room on the disk or write elsewhere.";

    /// <summary>Opens a lane for one queue.</summary>
    internal CaptureLane OpenLane(CaptureDirection direction)
    {
        var lane = new CaptureLane(_encoding, _settings.BufferBytes, _settings.SnapLength, direction);
        lock (_gate)
        {
            _lanes = [.. _lanes, lane];
        }

        return lane;
    }

    /// <summary>Writes what is in the lanes, closes the file. The queues must not be used any more. Frames that could not be written are in <see cref="FaultSentence"/>.</summary>
    /// <exception cref="PollModeException">The disk did not take what was buffered in time.</exception>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _isClosing = true;
        if (!_thread.Join(_patience))
        {
            _isAbandoned = true;
            throw new PollModeException(
                $"'{_settings.Path}' is not complete: the disk did not take what was buffered within {_patience.TotalSeconds} s; write to a faster one, or make buffer= smaller.");
        }
    }

    private void Run()
    {
        while (!_isAbandoned)
        {
            // Read before the lanes: what was published before closing is seen.
            bool isClosing = _isClosing;
            bool moved = false;
            foreach (CaptureLane lane in _lanes)
            {
                moved |= Move(lane);
            }

            if (!moved && isClosing)
            {
                break;
            }

            if (_file.HasFailed && !isClosing)
            {
                Thread.Sleep(SleepAfterFailureMilliseconds);
            }
            else if (!moved)
            {
                // The poll threads wake nobody; a lane holds more than comes in a millisecond.
                Thread.Sleep(1);
            }
        }

        EnsureHeader();
        _pipe.Complete();
        _file.Dispose();
    }

    private bool Move(CaptureLane lane)
    {
        ReadOnlyMemory<byte> records = lane.Read(ChunkBytes, out int frames, out long advance);
        if (advance == 0)
        {
            return false;
        }

        if (frames > 0)
        {
            if (EnsureHeader() && TryPut(records))
            {
                Volatile.Write(ref _written, _written + frames);
            }
            else
            {
                lane.Lost += frames;
            }
        }

        lane.Release(advance);
        return true;
    }

    private bool EnsureHeader() => _hasHeader || (_hasHeader = TryPut(_encoding.Header));

    /// <summary>The pipe hands the memory to the file as it is, and the file answers at once: nothing is copied, nothing waits behind.</summary>
    private bool TryPut(ReadOnlyMemory<byte> bytes)
    {
        ValueTask<FlushResult> flush = _pipe.WriteAsync(bytes);
        return flush.IsCompletedSuccessfully && !_file.HasFailed;
    }
}
