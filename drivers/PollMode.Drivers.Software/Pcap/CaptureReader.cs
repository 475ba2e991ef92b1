namespace PollMode.Drivers.Software;

/// <summary>The frames of a capture, one after the other, lap after lap. After <see cref="Open"/> used by one thread, which it never blocks.</summary>
internal sealed class CaptureReader : IDisposable
{
    /// <summary>Records passed over before the poll thread gets a turn for other things.</summary>
    private const int MaxPassedOver = 4096;

    private readonly CaptureStream _stream;
    private readonly CaptureFormat _format;
    private readonly string _path;
    private long _lapsLeft;
    private long _recordBytes;
    private long _framesInLap;
    private CapturedFrame _frame;
    private CaptureFault _fault;
    private volatile bool _hasFault;
    private long _framesBeforeFault;
    private int _next;

    private CaptureReader(string path, CaptureStream stream, CaptureFormat format, long laps)
    {
        _path = path;
        _stream = stream;
        _format = format;
        _lapsLeft = laps;
    }

    /// <summary>True when there is a frame at hand.</summary>
    internal bool HasFrame { get; private set; }

    /// <summary>True when nothing more will come.</summary>
    internal bool HasEnded { get; private set; }

    /// <summary>How often the capture has been started anew.</summary>
    internal long LapsDone { get; private set; }

    /// <summary>The frame at hand.</summary>
    internal ref readonly CapturedFrame Frame => ref _frame;

    /// <summary>Its bytes. Borrowed until <see cref="Consume"/>.</summary>
    internal ReadOnlySpan<byte> FrameBytes => _stream.Available.Slice(_frame.Offset, _frame.Length);

    /// <summary>All its frames, if it is kept in memory and well-formed. Whoever uses <see cref="TakeRun"/> uses nothing else.</summary>
    internal CaptureIndex? Index { get; private init; }

    /// <summary>The bytes that <see cref="Index"/> tells of, with <see cref="CaptureStream.SlackBytes"/> behind them. Borrowed.</summary>
    internal ReadOnlySpan<byte> IndexedBytes => _stream.Resident;

    /// <summary>Why the capture ended before its time. From any thread.</summary>
    internal CaptureFaultKind Fault => _hasFault ? _fault.Kind : CaptureFaultKind.None;

    /// <summary>The fault as a sentence, or null. From any thread.</summary>
    internal string? FaultSentence => !_hasFault ? null : _fault.Describe(_path, _framesBeforeFault, _stream.ReadError);

    /// <summary>Frames passed over because they are of an interface that is not Ethernet.</summary>
    internal long OtherLinkFrames => _format is PcapngFormat pcapng ? pcapng.OtherLinkFrames : 0;

    /// <summary>Format, size, and how the bytes are kept.</summary>
    internal string Description =>
        $"reads '{_path}': {_format.Name}, {_stream.FileBytes} bytes, {(_stream.IsResident ? "kept in memory" : "read ahead by a thread of its own")}";

    /// <summary>Opens a capture and reads up to its first frame.</summary>
    /// <param name="path">The file.</param>
    /// <param name="laps">How often to read it; <see cref="long.MaxValue"/> for ever.</param>
    /// <param name="residentBytes">Largest file to keep in memory whole.</param>
    /// <param name="windowBytes">Size of the pieces that a larger one is read in.</param>
    /// <exception cref="PollModeException">The file cannot be read, is no capture, is of a link type other than Ethernet, or its first record is corrupt.</exception>
    internal static CaptureReader Open(string path, long laps, long residentBytes = 64 << 20, int windowBytes = 4 << 20)
    {
        CaptureStream stream = OpenStream(path, laps, residentBytes, windowBytes);
        try
        {
            while (stream.Available.Length < 4 && !stream.IsAtEnd)
            {
                WaitForBytes(stream);
            }

            CaptureFormat format = CaptureFormat.Detect(stream.Available) ?? throw new PollModeException(stream.FileBytes == 0
                ? $"'{path}' is empty; name a pcap or pcapng capture."
                : $"'{path}' is neither pcap nor pcapng; name a capture, or convert it, for example with 'editcap -F pcapng'.");
            CaptureIndex? index = stream.IsResident ? CaptureIndex.Of(stream.Resident[..^CaptureStream.SlackBytes]) : null;
            var reader = new CaptureReader(path, stream, format, laps) { Index = index };
            reader.ReadToFirstFrame();
            return reader;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Looks for the next frame unless there is one at hand.</summary>
    /// <returns>False when there is none: not yet, or never again (<see cref="HasEnded"/>).</returns>
    internal bool MoveNext()
    {
        for (int passed = 0; !HasFrame && !HasEnded && passed < MaxPassedOver; passed++)
        {
            switch (_format.Read(_stream.Available, ref _frame, out long consumed))
            {
                case CaptureParse.Frame:
                    _recordBytes = consumed;
                    _framesInLap++;
                    HasFrame = true;
                    break;
                case CaptureParse.Other:
                    _stream.Advance(consumed);
                    break;
                case CaptureParse.Corrupt:
                    EndLap(_format.Fault, _format.FaultValue);
                    break;
                default:
                    if (_stream.TryGrow())
                    {
                        break;
                    }

                    if (!_stream.IsAtEnd)
                    {
                        return false;
                    }

                    EndLap(EndOfFile(), _stream.Available.Length);
                    break;
            }
        }

        return HasFrame;
    }

    /// <summary>Passes over the frame at hand.</summary>
    internal void Consume()
    {
        _stream.Advance(_recordBytes);
        HasFrame = false;
    }

    /// <summary>Gives the frames from here on, to the end of the lap at most, and passes over them. Only with an <see cref="Index"/>.</summary>
    internal ReadOnlySpan<IndexedFrame> TakeRun(int most)
    {
        if (HasEnded)
        {
            return [];
        }

        IndexedFrame[] frames = Index!.Frames;
        ReadOnlySpan<IndexedFrame> run = frames.AsSpan(_next, Math.Min(most, frames.Length - _next));
        _next += run.Length;
        if (_next == frames.Length)
        {
            _next = 0;
            _framesInLap = frames.Length;
            EndLap(CaptureFaultKind.None, 0);
        }

        return run;
    }

    public void Dispose() => _stream.Dispose();

    private static CaptureStream OpenStream(string path, long laps, long residentBytes, int windowBytes)
    {
        if (Directory.Exists(path))
        {
            throw new PollModeException($"'{path}' is a directory; name a pcap or pcapng capture in it.");
        }

        try
        {
            return new CaptureStream(path, laps, residentBytes, windowBytes);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PollModeException($"There is no file '{Path.GetFullPath(path)}' to replay; check its name.", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new PollModeException($"'{path}' cannot be read: {fault.Message.TrimEnd('.')}; name a regular file that you may read.", fault);
        }
    }

    private static void WaitForBytes(CaptureStream stream)
    {
        if (!stream.TryGrow())
        {
            Thread.Sleep(1);
        }
    }

    private void ReadToFirstFrame()
    {
        while (!HasEnded && !MoveNext())
        {
            Thread.Sleep(0);
        }

        if (_format is PcapngFormat { OtherLinkType: >= 0 } pcapng)
        {
            _fault = new CaptureFault(CaptureFaultKind.BadLinkType, 0, pcapng.OtherLinkType);
            _hasFault = true;
        }

        bool isCutBehindHeader = _fault.Kind == CaptureFaultKind.Truncated && _fault.Offset > 0;
        if (_fault.Kind != CaptureFaultKind.None && !HasFrame && !isCutBehindHeader || _fault.Kind == CaptureFaultKind.BadLinkType)
        {
            throw new PollModeException(_fault.Kind == CaptureFaultKind.Truncated
                ? $"'{_path}' ends inside its own header ({_stream.FileBytes} bytes); capture it again."
                : FaultSentence!);
        }
    }

    private CaptureFaultKind EndOfFile()
    {
        if (_stream.ReadError != null)
        {
            return CaptureFaultKind.ReadFailed;
        }

        return _stream.Available.Length > 0 || _stream.EndedInSkip ? CaptureFaultKind.Truncated : CaptureFaultKind.None;
    }

    private void EndLap(CaptureFaultKind fault, long value)
    {
        if (fault != CaptureFaultKind.None && _fault.Kind == CaptureFaultKind.None)
        {
            _framesBeforeFault = _framesInLap;
            _fault = new CaptureFault(fault, _stream.Position, value);
            _hasFault = true;
        }

        // A lap without a frame would be followed by as empty ones for ever.
        bool isBarren = _framesInLap == 0 || _fault.Kind == CaptureFaultKind.ReadFailed;
        if (_lapsLeft != long.MaxValue)
        {
            _lapsLeft--;
        }

        _framesInLap = 0;
        if (_lapsLeft == 0 || isBarren)
        {
            HasEnded = true;
            return;
        }

        LapsDone++;
        _format.Reset();
        _stream.Rewind();
    }
}
