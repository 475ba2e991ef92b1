using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace PollMode.Isolation;

/// <summary>
/// The app's side of a tap in an isolated data plane: frames copied out of the rings in native memory into a pipe. When the app does not
/// read, the rings fill and the data plane drops copies, never packets; its workers do not wait.
/// </summary>
/// <remarks><see cref="Offered"/> is <see cref="Delivered"/> + <see cref="Dropped"/> + what is on its way, exactly so when nobody moves frames.</remarks>
public sealed class IsolatedTap
{
    private const int BytesAtOnce = 1 << 16;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(1);

    private readonly FrameRing[] _rings;
    private volatile bool _closing;
    private readonly Lock _gate = new();
    private PipeWriter? _writer;
    private Task? _pump;
    private long[]? _final;

    internal IsolatedTap(string name, FrameRing[] rings)
    {
        Name = name;
        _rings = rings;
    }

    /// <summary>The name that the data plane gave it.</summary>
    public string Name { get; }

    /// <summary>Frames that workers wanted to copy.</summary>
    public long Offered => Count(0, static ring => ring.Offered);

    /// <summary>Frames that found no room, because the app did not keep up.</summary>
    public long Dropped => Count(1, static ring => ring.Dropped);

    /// <summary>Frames that reached the pipe.</summary>
    public long Delivered => Count(2, static ring => ring.Delivered);

    /// <summary>Starts copying frames into a pipe, as <see cref="TapFrame.TryRead"/> reads them. It ends when all workers have ended and everything was read.</summary>
    /// <param name="pipeBytes">Bytes that wait in the pipe at most before the rings fill.</param>
    /// <exception cref="InvalidOperationException">The tap has a reader already, or was closed.</exception>
    public PipeReader OpenReader(int pipeBytes = 1 << 20)
    {
        lock (_gate)
        {
            if (_pump != null || _final != null)
            {
                throw new InvalidOperationException($"The tap '{Name}' has a reader already, or its engine was disposed.");
            }

            var pipe = new Pipe(new PipeOptions(
                readerScheduler: PipeScheduler.ThreadPool,
                writerScheduler: PipeScheduler.ThreadPool,
                pauseWriterThreshold: pipeBytes,
                resumeWriterThreshold: Math.Max(1, pipeBytes / 2),
                useSynchronizationContext: false));
            _writer = pipe.Writer;
            _pump = Task.Run(() => PumpAsync(pipe.Writer));
            return pipe.Reader;
        }
    }

    /// <summary>Gives the frames one after the other. The bytes of each are valid until the next is asked for.</summary>
    /// <exception cref="InvalidOperationException">The tap has a reader already, or was closed.</exception>
    public async IAsyncEnumerable<TapFrame> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        PipeReader reader = OpenReader();
        try
        {
            while (true)
            {
                ReadResult result = await reader.ReadAsync(cancellation);
                ReadOnlySequence<byte> buffer = result.Buffer;
                while (TapFrame.TryRead(ref buffer, out TapFrame frame))
                {
                    yield return frame;
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    /// <summary>Ends the pump and keeps the counters: the rings are about to be freed.</summary>
    internal void Close()
    {
        Task? pump;
        lock (_gate)
        {
            pump = _pump;
        }

        // What the workers left is given to a reader that still reads; one that does not is not waited for.
        if (pump?.Wait(TimeSpan.FromSeconds(1)) == false)
        {
            _closing = true;
            _writer!.CancelPendingFlush();
            pump.Wait();
        }

        lock (_gate)
        {
            _final = [Offered, Dropped, Delivered];
        }
    }

    private long Count(int index, Func<FrameRing, long> read)
    {
        lock (_gate)
        {
            return _final?[index] ?? _rings.Sum(read);
        }
    }

    private async Task PumpAsync(PipeWriter writer)
    {
        Exception? fault = null;
        using var timer = new PeriodicTimer(PollInterval);
        try
        {
            while (!_closing)
            {
                // Before the rings are looked at: what a worker wrote before it ended is seen then.
                bool ended = Array.TrueForAll(_rings, static ring => ring.HasEnded);
                int frames = 0;
                foreach (FrameRing ring in _rings)
                {
                    frames += ring.Read(writer, BytesAtOnce);
                }

                if (frames > 0)
                {
                    if ((await writer.FlushAsync()).IsCompleted)
                    {
                        break;
                    }
                }
                else if (ended)
                {
                    break;
                }
                else
                {
                    await timer.WaitForNextTickAsync();
                }
            }
        }
#pragma warning disable CA1031 // Whatever befalls the pump, the reader is the one to hear of it.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            fault = thrown;
        }

        await writer.CompleteAsync(fault);
    }
}
