using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PollMode.Drivers.Software;

/// <summary>
/// Gives the frames of a capture. Loses none for want of buffers: a frame waits until there are enough for it. Of an indexed capture whose
/// frames all fit a buffer, and without a pace, a burst is a copy of each frame and nothing else.
/// </summary>
internal sealed unsafe class PcapRxQueue : IRxQueue
{
    private readonly CaptureReader _reader;
    private readonly CapturePacer? _pacer;
    private readonly Mempool _pool;
    private readonly int _port;
    private readonly int _headroom;
    private readonly int _room;
    private readonly bool _isIndexed;
    private long _shortened;

    internal PcapRxQueue(CaptureReader reader, CapturePacer? pacer, int port, Mempool pool)
    {
        _reader = reader;
        _pacer = pacer;
        _port = port;
        _pool = pool;
        _headroom = pool.Arena.HeadroomBytes;
        _room = pool.Arena.BufferBytes - _headroom;
        _isIndexed = pacer == null && reader.Index is { } index && index.Longest <= _room && _room >= CaptureStream.SlackBytes;
    }

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life => _reader.HasEnded ? RxQueueLife.Ended : RxQueueLife.Live;

    /// <summary>Frames of which the capture holds only the front.</summary>
    internal long Shortened => Volatile.Read(ref _shortened);

    public int Receive(Span<Packet> packets) => _isIndexed ? ReceiveIndexed(packets) : ReceiveParsed(packets);

    /// <summary>Copies the next frames, into the next laps if need be.</summary>
    private int ReceiveIndexed(Span<Packet> packets)
    {
        if (_reader.HasEnded)
        {
            return 0;
        }

        int rented = _pool.Rent(packets);
        int count = 0;
        long bytes = 0;
        while (count < rented && !_reader.HasEnded)
        {
            ReadOnlySpan<IndexedFrame> run = _reader.TakeRun(rented - count);
            bytes += Copy(run, packets[count..]);
            count += run.Length;
        }

        if (count < rented)
        {
            _pool.Return(packets[count..rented]);
        }

        if (rented == 0 && packets.Length > 0)
        {
            Counters.NoBuffer++;
        }

        Counters.Packets += count;
        Counters.Bytes += bytes;
        return count;
    }

    /// <summary>Copies frames into buffers; a short one always as 64 bytes, which costs no call: there is slack behind the file, and room in the buffer.</summary>
    /// <returns>Bytes of the frames.</returns>
    private long Copy(ReadOnlySpan<IndexedFrame> frames, ReadOnlySpan<Packet> packets)
    {
        ref byte file = ref MemoryMarshal.GetReference(_reader.IndexedBytes);
        (int headroom, int port) = (_headroom, _port);
        long bytes = 0;
        for (int i = 0; i < frames.Length; i++)
        {
            ref readonly IndexedFrame frame = ref frames[i];
            Packet packet = packets[i];
            packet.SetFrame(headroom, port, frame.Length);
            if (frame.HasTimestamp)
            {
                packet.TimestampNanoseconds = frame.TimestampNanoseconds;
            }

            ref byte from = ref Unsafe.Add(ref file, frame.Offset);
            byte* to = packet.DataPointer;
            if (frame.Length <= CaptureStream.SlackBytes)
            {
                Vector256<byte> front = Vector256.LoadUnsafe(ref from);
                Vector256<byte> back = Vector256.LoadUnsafe(ref from, 32);
                front.Store(to);
                back.Store(to + 32);
            }
            else
            {
                Unsafe.CopyBlockUnaligned(ref *to, ref from, (uint)frame.Length);
            }

            bytes += frame.Length;
            _shortened += frame.IsShortened ? 1 : 0;
        }

        return bytes;
    }

    private int ReceiveParsed(Span<Packet> packets)
    {
        long now = _pacer?.Now ?? 0;
        if (!IsNextDue(now))
        {
            return 0;
        }

        int rented = _pool.Rent(packets);
        int count = 0;
        long bytes = 0;
        while (count < rented && IsNextDue(now))
        {
            ReadOnlySpan<byte> frame = _reader.FrameBytes;
            if (frame.Length > _room && !TryChain(frame, packets, count, ref rented))
            {
                break;
            }

            if (frame.Length <= _room)
            {
                packets[count].SetFrame(_headroom, _port, frame.Length);
                frame.CopyTo(packets[count].Span);
            }

            bytes += frame.Length;
            Finish(packets[count++]);
        }

        if (count < rented)
        {
            _pool.Return(packets[count..rented]);
        }

        if (rented == 0 && packets.Length > 0)
        {
            Counters.NoBuffer++;
        }

        // Looked for now, so that the queue's life ends with its last frame.
        _reader.MoveNext();
        Counters.Packets += count;
        Counters.Bytes += bytes;
        return count;
    }

    private bool IsNextDue(long now)
    {
        while (_reader.MoveNext())
        {
            if (_pacer != null && !_pacer.IsDue(_reader.Frame, _reader.LapsDone, now))
            {
                return false;
            }

            if (Segments(_reader.Frame.Length) <= _pool.LimitBuffers)
            {
                return true;
            }

            // The pool could never hold it.
            Counters.Dropped++;
            _reader.Consume();
        }

        return false;
    }

    private int Segments(int length) => (length + _room - 1) / _room;

    /// <summary>Spreads a frame over several buffers, from its end to its front. Further buffers are the burst's last ones, then the pool's.</summary>
    private bool TryChain(ReadOnlySpan<byte> frame, Span<Packet> packets, int at, ref int rented)
    {
        Packet chain = default;
        for (int i = Segments(frame.Length) - 1; i >= 0; i--)
        {
            Packet segment;
            if (i == 0)
            {
                segment = packets[at];
            }
            else if (rented - at > 1)
            {
                segment = packets[--rented];
            }
            else if (!_pool.TryRent(out segment))
            {
                if (!chain.IsNone)
                {
                    _pool.Return(chain);
                }

                return false;
            }

            ReadOnlySpan<byte> part = frame.Slice(i * _room, Math.Min(_room, frame.Length - (i * _room)));
            segment.SetFrame(_headroom, _port, part.Length);
            part.CopyTo(segment.Span);
            if (!chain.IsNone)
            {
                segment.AppendSegments(chain);
            }

            chain = segment;
        }

        return true;
    }

    private void Finish(Packet packet)
    {
        ref readonly CapturedFrame frame = ref _reader.Frame;
        if (frame.HasTimestamp)
        {
            packet.TimestampNanoseconds = frame.TimestampNanoseconds;
        }

        if (frame.OriginalLength > frame.Length)
        {
            _shortened++;
        }

        _pacer?.Gave(frame);
        _reader.Consume();
    }
}
