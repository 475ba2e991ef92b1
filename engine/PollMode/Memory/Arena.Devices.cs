namespace PollMode;

/// <content>What devices must know: each extent (a slab, or the 512 of a 1-GiB page) is mapped for them when it is taken, and unmapped when it goes.</content>
public sealed unsafe partial class Arena
{
    private readonly List<IDmaMap> _maps = [];

    /// <summary>
    /// Takes a device's map: it maps what the arena has now and every slab that it takes later, and is disposed when the arena is gone.
    /// So the mappings outlive the port: memory that somebody still holds is never taken from a device that may be at it.
    /// </summary>
    /// <exception cref="PollModeException">The device cannot map what there is; nothing is mapped then, and the map is still the caller's.</exception>
    public void Attach(IDmaMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            int index = 0;
            try
            {
                for (; index < SlabLimit; index++)
                {
                    if (_extents[index] > 0)
                    {
                        map.Map(OffsetOf(index), AddressOf(index), OffsetOf(_extents[index]));
                    }
                }
            }
            catch
            {
                while (--index >= 0)
                {
                    if (_extents[index] > 0)
                    {
                        map.Unmap(OffsetOf(index), OffsetOf(_extents[index]));
                    }
                }

                throw;
            }

            _maps.Add(map);
        }
    }

    private static long OffsetOf(int slabs) => (long)slabs * SlabBytes;

    private nint AddressOf(int index) => (nint)(BaseAddress + OffsetOf(index));

    /// <summary>Memory was taken: maps it for every device, or for none.</summary>
    private bool TryMapForDevices(int index, int slabs)
    {
        int mapped = 0;
        try
        {
            for (; mapped < _maps.Count; mapped++)
            {
                _maps[mapped].Map(OffsetOf(index), AddressOf(index), OffsetOf(slabs));
            }
        }
        catch (Exception refusal)
        {
            while (--mapped >= 0)
            {
                _maps[mapped].Unmap(OffsetOf(index), OffsetOf(slabs));
            }

            if (refusal is not PollModeException)
            {
                // A driver's own mistake: whoever asked for the slab hears of it.
                throw;
            }

            // Said once: a pool at its end asks again and again.
            if (!_saidRefused)
            {
                _saidRefused = true;
                _report.Add($"no more than {SlabsMapped - SlabsUnmapped} slab(s): {refusal.Message}");
            }

            return false;
        }

        _extents[index] = slabs;
        return true;
    }

    /// <summary>Memory is about to go.</summary>
    private void UnmapForDevices(int index)
    {
        foreach (IDmaMap map in _maps)
        {
            map.Unmap(OffsetOf(index), OffsetOf(_extents[index]));
        }

        _extents[index] = 0;
    }

    private void LetDevicesGo()
    {
        for (int index = 0; index < SlabLimit; index++)
        {
            if (_extents[index] > 0)
            {
                UnmapForDevices(index);
            }
        }

        foreach (IDmaMap map in _maps)
        {
            map.Dispose();
        }
    }
}
