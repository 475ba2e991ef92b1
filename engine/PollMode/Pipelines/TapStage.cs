using System.Diagnostics;
using PollMode.Linux;

namespace PollMode;

/// <summary>A worker's side of a <see cref="PacketTap"/>: puts packets into the worker's ring. Allocates nothing.</summary>
internal sealed class TapStage : IStage
{
    private const int Batch = 64;
    private const int EndingLooks = 100;

    private readonly PacketTap _tap;
    private readonly TapRing _ring;
    private readonly TapMode _mode;
    private readonly TapBackPressure _backPressure;
    private readonly long _longestWait;
    private StageContext? _context;

    internal TapStage(PacketTap tap, TapRing ring, PacketTapOptions options)
    {
        _tap = tap;
        _ring = ring;
        _mode = options.Mode;
        _backPressure = options.BackPressure;
        _longestWait = (long)(options.LongestWait.TotalSeconds * Stopwatch.Frequency);
    }

    public string Name => "tap";

    public bool KeepsLengths => true;

    public void Start(StageContext context) => _context = context;

    public void Process(ref Burst burst)
    {
        int count = burst.Count;
        int room = _tap.IsClosed ? 0 : MakeRoom(Math.Min(count, _ring.Capacity));
        int put = 0;
        for (int i = 0; i < count; i++)
        {
            if (put == room)
            {
                if (_mode == TapMode.Take)
                {
                    burst.Drop(i, DropReason.TapFull);
                }
            }
            else if (TryGet(ref burst, i, out Packet packet))
            {
                _ring.Put(put++, packet);
            }
        }

        _ring.Publish(put);
        _ring.Offered += count;
        _ring.Dropped += count - put;
    }

    /// <summary>Gives the reader a moment for what is still in the ring, then frees it: nothing of the tap may outlive the worker.</summary>
    public void Finish()
    {
        _ring.HasEnded = true;
        for (int look = 0; look < EndingLooks && _ring.Count > 0 && _tap.IsRead; look++)
        {
            Sleeper.Sleep(1000);
        }

        DropOldest(int.MaxValue, DropReason.Stopped);
    }

    private bool TryGet(ref Burst burst, int index, out Packet packet)
    {
        switch (_mode)
        {
            case TapMode.Take:
                packet = burst.Take(index);
                return true;
            case TapMode.Share:
                packet = burst[index].Clone();
                return true;
            default:
                return TryCopy(burst.Pool, burst[index], out packet);
        }
    }

    /// <summary>Copies a frame into one buffer. False when there is none, or the frame is a chain that is longer than a buffer.</summary>
    private static bool TryCopy(Mempool pool, Packet original, out Packet copy)
    {
        int length = original.TotalLength;
        int headroom = pool.Arena.HeadroomBytes;
        if (length > pool.Arena.BufferBytes - headroom || !pool.TryRent(out copy))
        {
            copy = default;
            return false;
        }

        copy.SetFrame(headroom, original.Port, length);
        original.CopyTo(copy.Span);
        copy.TimestampNanoseconds = original.TimestampNanoseconds;
        copy.RxHash = original.RxHash;
        copy.VlanTci = original.VlanTci;
        copy.UserWord = original.UserWord;

        // Last: setting a value also says that it is there.
        copy.Flags = original.Flags;
        return true;
    }

    private int MakeRoom(int wanted)
    {
        int room = _ring.Room;
        if (room < wanted && _backPressure != TapBackPressure.DropNewest)
        {
            if (_backPressure == TapBackPressure.DropOldest)
            {
                DropOldest(wanted - room, DropReason.TapFull);
            }
            else
            {
                WaitForRoom(wanted);
            }

            room = _ring.Room;
        }

        return Math.Min(room, wanted);
    }

    private void DropOldest(int count, DropReason reason)
    {
        Span<Packet> oldest = stackalloc Packet[Batch];
        while (count > 0)
        {
            int taken = _ring.Take(oldest[..Math.Min(count, Batch)]);
            if (taken == 0)
            {
                return;
            }

            _ring.Dropped += taken;
            count -= taken;
            if (_mode == TapMode.Take)
            {
                _context!.Drop(oldest[..taken], reason);
            }
            else
            {
                _context!.Pool.Return(oldest[..taken]);
            }
        }
    }

    private void WaitForRoom(int wanted)
    {
        long start = Stopwatch.GetTimestamp();
        while (_ring.Room < wanted && !_tap.IsClosed && Stopwatch.GetTimestamp() - start < _longestWait)
        {
            Sleeper.Sleep(50);
        }
    }
}
