using System.Runtime.CompilerServices;

namespace PollMode;

/// <content>Where the cache is refilled from, in HPA's order: home, backup, a new slab.</content>
public sealed unsafe partial class Mempool
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int RentSlow(Span<Packet> packets)
    {
        int given = 0;
        bool slow = false;
        while (true)
        {
            int take = Math.Min(_hot.Cached, packets.Length - given);
            new ReadOnlySpan<Packet>(_hot.Cache + _hot.Cached - take, take).CopyTo(packets[given..]);
            given += take;
            _counters->Slow += slow ? take : 0;
            _hot.Popped += take;
            if (given == packets.Length)
            {
                return given;
            }

            slow = !RefillFromHome();
            if (slow && !RefillFromBackup() && !InjectSlab())
            {
                _counters->Exhausted += packets.Length - given;
                return given;
            }
        }
    }

    /// <summary>
    /// Takes a run of one slab. While there is a backup, scattered buffers stay at home until they have become runs: by the pigeonhole
    /// that costs a fifteenth more slabs than are in use at most, and every run is whole.
    /// </summary>
    private bool RefillFromHome()
    {
        Harvest();
        if (_board.Count == 0 || (_backup > 0 && !_board.HasRun(_wholeRun)))
        {
            _counters->Empty++;
            return false;
        }

        Filled(_board.Take(_hot.Cache, _refill));
        LeaveDirect();
        RentFrom(_slabs[_board.Current]!);
        _counters->Refill++;
        return true;
    }

    /// <summary>Direct mode ends when a whole slab's worth is home again: what is asked for now is less than what was.</summary>
    private void LeaveDirect()
    {
        if (_state == (int)MempoolState.Direct && _board.Count >= Arena.BuffersPerSlab)
        {
            _state = (int)MempoolState.Prefilled;
        }
    }

    /// <summary>The cache was empty and has so many buffers now.</summary>
    private void Filled(int count)
    {
        _counters->Filled += count;
        Volatile.Write(ref _hot.Pushed, _hot.Pushed + count);
    }

    private void Harvest() => _counters->Ring += _board.Harvest();

    /// <summary>Takes buffers that were never rented, slab after slab.</summary>
    private bool RefillFromBackup()
    {
        int count = Math.Min(_refill, _backup);
        if (count == 0)
        {
            _counters->BackupEmpty++;
            return false;
        }

        for (int taken = 0; taken < count;)
        {
            if (_slabs[_backupSlot] is not { } slab || slab.Used == Arena.BuffersPerSlab)
            {
                _backupSlot++;
                continue;
            }

            int run = Math.Min(count - taken, Arena.BuffersPerSlab - slab.Used);
            PacketMetadata* first = slab.Metadata + slab.Used;
            for (int i = 0; i < run; i++)
            {
                _hot.Cache[taken++] = new Packet(first + i);
            }

            slab.Used += run;
            RentFrom(slab);
        }

        Volatile.Write(ref _backup, _backup - count);
        Filled(count);
        _counters->Backup += count;
        return true;
    }

    /// <summary>Direct mode: a new slab's buffers go straight into the cache, which is empty here and holds a whole slab.</summary>
    private bool InjectSlab()
    {
        if (_state >= (int)MempoolState.Draining || (_supplier == null ? TakeSlab() : TakeReadySlab()) is not { } slab)
        {
            return false;
        }

        _state = (int)MempoolState.Direct;
        PacketMetadata* metadata = slab.Metadata;
        for (int i = 0; i < Arena.BuffersPerSlab; i++)
        {
            _hot.Cache[i] = new Packet(metadata + i);
        }

        Filled(Arena.BuffersPerSlab);
        RentFrom(slab);
        _counters->DirectInject++;
        _counters->SlowHighOrder++;
        return true;
    }
}
