using System.IO.Pipelines;

namespace PollMode.Isolation;

/// <summary>
/// Carries frames from the rings of a data plane's workers into a pipe of the app. It looks at the rings: a worker that had to wake the app
/// up would have to make a system call for it.
/// </summary>
internal sealed class FramePump
{
    private const int BytesAtOnce = 1 << 16;
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(1);

    /// <summary>Looks right after each other, before it waits: whoever answers one frame may have the next soon.</summary>
    private const int LooksBeforeWaiting = 64;

    private readonly string _name;
    private readonly FrameRing[] _rings;
    private readonly Lock _gate = new();
    private volatile bool _closing;
    private PipeWriter? _writer;
    private Task? _pump;
    private long[]? _final;

    internal FramePump(string name, FrameRing[] rings)
    {
        _name = name;
        _rings = rings;
        for (int i = 0; i < rings.Length; i++)
        {
            rings[i].IsWanted = true;
        }
    }

    internal long Offered => Count(0, static ring => ring.Offered);

    internal long Dropped => Count(1, static ring => ring.Dropped);

    internal long Delivered => Count(2, static ring => ring.Delivered);

    internal PipeReader OpenReader(int pipeBytes)
    {
        lock (_gate)
        {
            if (_pump != null || _final != null)
            {
                throw new InvalidOperationException($"'{_name}' has a reader already, or its engine was disposed.");
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

    /// <summary>Ends the pump and keeps the counters: the rings are about to be unmapped.</summary>
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
        using var timer = new PeriodicTimer(LookPeriod);
        int emptyLooks = 0;
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
                    emptyLooks = 0;
                    if ((await writer.FlushAsync()).IsCompleted)
                    {
                        break;
                    }
                }
                else if (ended)
                {
                    break;
                }
                else if (++emptyLooks < LooksBeforeWaiting)
                {
                    await Task.Yield();
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
