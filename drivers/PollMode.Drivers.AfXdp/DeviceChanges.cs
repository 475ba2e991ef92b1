namespace PollMode.Drivers.AfXdp;

/// <summary>
/// What has happened to a device since a port was opened on it, where frames get lost or go elsewhere because of it: a sentence for each.
/// </summary>
/// <remarks>The monitor's thread writes. Any thread reads the list, which is replaced as a whole and never changed.</remarks>
internal sealed class DeviceChanges
{
    /// <summary>Sentences kept, so that a device that goes to and fro for days does not fill the memory; the counters go on.</summary>
    private const int Limit = 64;

    private readonly string _name;
    private readonly int _firstQueue;
    private readonly int _queuesOpened;
    private readonly int _longestFrame;
    private readonly int _mtuOpened;
    private int _queues;
    private int _mtu;
    private long _queueChanges;
    private long _mtuChanges;
    private volatile string[] _sentences = [];

    /// <summary>Remembers what a port was opened with.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="firstQueue">The port's first queue.</param>
    /// <param name="queuesOpened">The queues it has.</param>
    /// <param name="longestFrame">The longest frame it can receive, in bytes; <see cref="int.MaxValue"/> for any.</param>
    /// <param name="queues">The queues that the device uses now; zero if it does not tell.</param>
    /// <param name="mtu">Its MTU now.</param>
    internal DeviceChanges(string name, int firstQueue, int queuesOpened, int longestFrame, int queues, int mtu)
    {
        _name = name;
        _firstQueue = firstQueue;
        _queuesOpened = queuesOpened;
        _longestFrame = longestFrame;
        _queues = queues;
        _mtu = mtu;
        _mtuOpened = mtu;
    }

    /// <summary>The sentences so far.</summary>
    internal IReadOnlyList<string> Sentences => _sentences;

    /// <summary>Times that the number of the device's queues changed.</summary>
    internal long QueueChanges => Volatile.Read(ref _queueChanges);

    /// <summary>Times that the MTU changed.</summary>
    internal long MtuChanges => Volatile.Read(ref _mtuChanges);

    /// <summary>Takes note of what the device is now.</summary>
    /// <param name="queues">The receive queues it uses; zero if it does not tell.</param>
    /// <param name="mtu">Its MTU.</param>
    internal void Note(int queues, int mtu)
    {
        if (queues > 0 && queues != _queues)
        {
            _queues = queues;
            Volatile.Write(ref _queueChanges, _queueChanges + 1);
            NoteQueues(queues);
        }

        if (mtu > 0 && mtu != _mtu)
        {
            _mtu = mtu;
            Volatile.Write(ref _mtuChanges, _mtuChanges + 1);
            NoteMtu(mtu);
        }
    }

    /// <summary>Adds a sentence.</summary>
    internal void Add(string sentence)
    {
        if (_sentences.Length < Limit)
        {
            _sentences = [.. _sentences, sentence];
        }
    }

    private void NoteQueues(int queues)
    {
        int end = _firstQueue + _queuesOpened;
        if (queues > end)
        {
            Add($"{_name} uses {queues} queues now, and the port has {Range(_firstQueue, end)}: what arrives by {Range(end, queues)} goes to the kernel, past the port; open it again, or take 'ethtool -L {_name}' back.");
        }
        else if (queues < end)
        {
            Add($"{_name} uses {queues} {(queues == 1 ? "queue" : "queues")} now: nothing arrives by {Range(Math.Max(queues, _firstQueue), end)} of the port; open it again with fewer, or take 'ethtool -L {_name}' back.");
        }
    }

    private void NoteMtu(int mtu)
    {
        if (_longestFrame - PortReport.LongestHeader < mtu)
        {
            Add($"the MTU of {_name} is {mtu} now: frames longer than {_longestFrame} bytes that arrive are dropped (rx_dropped); open the port again, with jumbo=true.");
        }
        else if (mtu < _mtuOpened)
        {
            Add($"the MTU of {_name} is {mtu} now, and was {_mtuOpened} when the port was opened: longer frames may be refused, and then count as dropped by the device.");
        }
    }

    private static string Range(int from, int end) => end - from == 1 ? $"queue {from}" : $"queues {from} to {end - 1}";
}
