namespace PollMode.Drivers.Software;

/// <summary>
/// A capture's file as the stream behind a <see cref="System.IO.Pipelines.PipeWriter"/>. A write that fails is counted, never thrown, and leaves the
/// file as it was before, so that it always ends with a whole record.
/// </summary>
/// <remarks>Its writes end before they return: it has a thread of its own, which may wait for the disk.</remarks>
internal sealed class CaptureFile : Stream
{
    private readonly FileStream _file;
    private long _length;
    private volatile string? _lastError;

    /// <summary>Makes the file anew.</summary>
    /// <exception cref="PollModeException">It cannot be written.</exception>
    internal CaptureFile(string path)
    {
        try
        {
            _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new PollModeException($"The capture '{path}' cannot be written: {fault.Message.TrimEnd('.')}; name a file in a directory that exists and that you may write to.", fault);
        }
    }

    /// <summary>Why the last failed write failed; null while none has.</summary>
    internal string? LastError => _lastError;

    /// <summary>Whether the last write failed.</summary>
    internal bool HasFailed { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _file.Write(buffer);
            _length += buffer.Length;
            HasFailed = false;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            // Without the path that the runtime puts behind it: the sentence that carries this names the file.
            _lastError = fault.Message.Split(" : ", 2)[0];
            HasFailed = true;
            CutBack();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private void CutBack()
    {
        if (!_file.CanSeek)
        {
            return;
        }

        try
        {
            _file.SetLength(_length);
            _file.Position = _length;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            // Then a part of a record stays at the end, and the next write goes over it.
        }
    }
}
