namespace PollMode.Drivers.Software;

/// <summary>The queues that were opened in one direction of a port: each exists and is opened once.</summary>
internal sealed class OpenedQueues
{
    private readonly HashSet<int> _opened = [];
    private readonly string _port;
    private readonly string _direction;
    private readonly int _queues;

    internal OpenedQueues(string port, string direction, int queues)
    {
        _port = port;
        _direction = direction;
        _queues = queues;
    }

    /// <summary>Notes that a queue is opened.</summary>
    /// <exception cref="PollModeException">There is no such queue, or it is open already.</exception>
    internal void Add(int queue)
    {
        if ((uint)queue >= (uint)_queues)
        {
            throw new PollModeException($"'{_port}' has no {_direction} queue {queue}; it has {_queues}, counted from 0. Raise its 'queues' or use fewer.");
        }

        if (!_opened.Add(queue))
        {
            throw new PollModeException($"The {_direction} queue {queue} of '{_port}' is open already; a queue belongs to one worker.");
        }
    }
}
