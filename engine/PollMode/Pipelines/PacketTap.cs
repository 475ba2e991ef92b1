using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace PollMode;

/// <summary>
/// The way of packets out of the engine to asynchronous code, with declared back-pressure: a stage for each worker puts packets into a
/// ring, and one reader gets them from there, as frames in a pipe (<see cref="OpenReader"/>) or as packets without a copy
/// (<see cref="ReadAllAsync"/>). The poll thread never meets the pipe, allocates nothing, and takes no lock.
/// </summary>
/// <remarks>
/// <see cref="Offered"/> is always <see cref="Delivered"/> + <see cref="Dropped"/> + <see cref="Waiting"/>, exactly so when nobody moves
/// packets. Frames of one worker stay in order. When all workers have stopped and everything was read, the reader sees the end.
/// </remarks>
public sealed class PacketTap : IDisposable
{
    private const int Batch = 64;

    private readonly PacketTapOptions _options;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private volatile TapRing[] _rings = [];
    private volatile bool _closed;
    private int _readers;
    private uint _turn;
    private long _delivered;
    private long _discarded;

    /// <summary>Makes a tap that nothing comes into yet.</summary>
    /// <param name="options">Borrowed; read now and at <see cref="CreateStage"/>. Null for the defaults.</param>
    /// <exception cref="PollModeException">An option is out of range.</exception>
    public PacketTap(PacketTapOptions? options = null)
    {
        _options = options ?? new PacketTapOptions();
        _options.Validate();
    }

    /// <summary>Packets that workers wanted to hand over.</summary>
    public long Offered => _rings.Sum(ring => Volatile.Read(ref ring.Offered));

    /// <summary>Packets that reached the pipe or the reader.</summary>
    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Packets that did not, because the reader did not keep up, had left, or the engine stopped.</summary>
    public long Dropped => Volatile.Read(ref _discarded) + _rings.Sum(ring => Volatile.Read(ref ring.Dropped));

    /// <summary>Packets on their way.</summary>
    public int Waiting => _rings.Sum(ring => ring.Count);

    /// <summary>The reader has left: nothing is handed over any more.</summary>
    internal bool IsClosed => _closed;

    /// <summary>Somebody reads, so that waiting for it makes sense.</summary>
    internal bool IsRead => Volatile.Read(ref _readers) != 0 && !_closed;

    /// <summary>Makes the stage of one worker: the factory to give to <see cref="PipelineBuilder.Use(Func{IStage})"/>.</summary>
    public IStage CreateStage()
    {
        var ring = new TapRing(_options.RingPackets);
        lock (_gate)
        {
            _rings = [.. _rings, ring];
        }

        return new TapStage(this, ring, _options);
    }

    /// <summary>
    /// Starts copying frames into a pipe, each behind a header that <see cref="TapFrame.TryRead"/> reads, and gives the pipe's reader.
    /// While the pipe holds <see cref="PacketTapOptions.PipeBytes"/>, copying pauses and the ring fills. A reader that is done calls
    /// <c>CompleteAsync</c>, which closes the tap.
    /// </summary>
    /// <param name="memory">Where the pipe's memory comes from, for example a <see cref="MempoolMemoryPool"/>; null for the heap. Borrowed.</param>
    /// <exception cref="InvalidOperationException">The tap has a reader already.</exception>
    public PipeReader OpenReader(MemoryPool<byte>? memory = null)
    {
        Claim();
        var pipe = new Pipe(new PipeOptions(
            memory,
            PipeScheduler.ThreadPool,
            PipeScheduler.ThreadPool,
            pauseWriterThreshold: _options.PipeBytes,
            resumeWriterThreshold: Math.Max(1, _options.PipeBytes / 2),
            useSynchronizationContext: false));
        _ = Task.Run(() => PumpAsync(pipe.Writer));
        return pipe.Reader;
    }

    /// <summary>
    /// Gives the packets themselves, without a copy. Each is the caller's, who disposes it; until then its buffer is missing in the
    /// worker's pool. Leaving the loop closes the tap.
    /// </summary>
    /// <exception cref="InvalidOperationException">The tap has a reader already.</exception>
    public async IAsyncEnumerable<DetachedPacket> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        Claim();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        using var timer = new PeriodicTimer(_options.PollInterval);
        var packets = new Packet[1];
        try
        {
            while (await WaitForPacketsAsync(packets, timer, either.Token) > 0)
            {
                _delivered++;
                yield return packets[0].Detach();
            }

            cancellation.ThrowIfCancellationRequested();
        }
        finally
        {
            Close();
        }
    }

    /// <summary>Closes the tap: packets in it are freed and counted as dropped, and a pipe's reader sees the end.</summary>
    public void Dispose()
    {
        _closed = true;
        _closing.Cancel();
        if (Volatile.Read(ref _readers) == 0)
        {
            Close();
        }
    }

    private void Claim()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (Interlocked.Exchange(ref _readers, 1) != 0)
        {
            throw new InvalidOperationException("The tap has a reader already; make a second tap for a second reader.");
        }
    }

    private async Task PumpAsync(PipeWriter writer)
    {
        Exception? fault = null;
        using var timer = new PeriodicTimer(_options.PollInterval);
        var packets = new Packet[Batch];
        try
        {
            int count;
            while ((count = await WaitForPacketsAsync(packets, timer, _closing.Token)) > 0)
            {
                Write(writer, packets.AsSpan(0, count));
                if ((await writer.FlushAsync(_closing.Token)).IsCompleted)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The tap was disposed while the pipe was full.
        }
#pragma warning disable CA1031 // Whatever befalls the pump, the reader is the one to hear of it.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            fault = thrown;
        }
        finally
        {
            Close();
            await writer.CompleteAsync(fault);
        }
    }

    /// <summary>Copies packets into the pipe and frees them before anything is awaited, so that a slow reader holds no buffers of the engine.</summary>
    private void Write(PipeWriter writer, ReadOnlySpan<Packet> packets)
    {
        try
        {
            foreach (Packet packet in packets)
            {
                TapFrame.Write(writer, packet);
                _delivered++;
            }
        }
        finally
        {
            foreach (Packet packet in packets)
            {
                packet.Free();
            }
        }
    }

    /// <summary>Waits until there are packets and takes some.</summary>
    /// <returns>How many; zero at the end: all workers have ended and their rings are empty, or the tap was closed.</returns>
    private async ValueTask<int> WaitForPacketsAsync(Packet[] packets, PeriodicTimer timer, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            // Before the rings are looked at: what a worker put before it ended is seen then.
            TapRing[] rings = _rings;
            bool ended = rings.Length > 0 && Array.TrueForAll(rings, static ring => ring.HasEnded);
            int count = TakeFrom(rings, packets);
            if (count > 0 || ended)
            {
                return count;
            }

            try
            {
                await timer.WaitForNextTickAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                return 0;
            }
        }

        return 0;
    }

    /// <summary>Takes from one ring after the other, so that none starves.</summary>
    private int TakeFrom(TapRing[] rings, Span<Packet> packets)
    {
        for (int i = 0; i < rings.Length; i++)
        {
            int count = rings[_turn++ % (uint)rings.Length].Take(packets);
            if (count > 0)
            {
                return count;
            }
        }

        return 0;
    }

    /// <summary>Nobody reads any more. What a worker puts in at this very moment, its stage frees when it stops.</summary>
    private void Close()
    {
        _closed = true;
        Span<Packet> packets = stackalloc Packet[Batch];
        int count;
        while ((count = TakeFrom(_rings, packets)) > 0)
        {
            foreach (Packet packet in packets[..count])
            {
                packet.Free();
            }

            Interlocked.Add(ref _discarded, count);
        }
    }
}
