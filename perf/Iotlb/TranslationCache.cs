namespace PollMode.Iotlb;

/// <summary>An I/O TLB: fully associative, least recently used out first. Keys are small numbers, one for each mapping that exists.</summary>
internal sealed class TranslationCache
{
    private readonly int[] _newer;
    private readonly int[] _older;
    private readonly bool[] _present;
    private readonly int _end;
    private int _free;

    /// <param name="entries">Translations it holds.</param>
    /// <param name="keys">Mappings that exist.</param>
    internal TranslationCache(int entries, int keys)
    {
        Entries = entries;
        _free = entries;
        _newer = new int[keys + 1];
        _older = new int[keys + 1];
        _present = new bool[keys];

        // The end of the ring: what is older than it is the newest entry, what is newer the oldest.
        _end = keys;
        _newer[_end] = _older[_end] = _end;
    }

    internal int Entries { get; }

    internal long Misses { get; private set; }

    internal void Access(int key)
    {
        if (_older[_end] == key)
        {
            return;
        }

        if (_present[key])
        {
            Unlink(key);
        }
        else
        {
            Misses++;
            _present[key] = true;
            if (_free > 0)
            {
                _free--;
            }
            else
            {
                int victim = _newer[_end];
                Unlink(victim);
                _present[victim] = false;
            }
        }

        int newest = _older[_end];
        _older[key] = newest;
        _newer[key] = _end;
        _newer[newest] = key;
        _older[_end] = key;
    }

    private void Unlink(int key)
    {
        _newer[_older[key]] = _newer[key];
        _older[_newer[key]] = _older[key];
    }
}
