using PollMode.Drivers.AfXdp.Native;

namespace PollMode.Drivers.AfXdp.Netlink;

/// <summary>
/// Follows one interface on a thread of its own that sleeps until something changes: a socket on a vanished device is told nothing, and a
/// worker must not ask the kernel in its loop.
/// </summary>
/// <remarks>The thread alone writes; any thread reads the properties, each a single aligned word.</remarks>
internal sealed unsafe class LinkMonitor : IDisposable
{
    private const int MaintenanceMilliseconds = 5;

    private readonly RouteSocket _socket;
    private readonly QueueEvents? _events;
    private readonly FileDescriptor _wake;
    private readonly Func<bool> _maintain;
    private readonly Action<int, int> _changed;
    private readonly Thread _thread;
    private readonly int _index;
    private string _name;
    private volatile int _state;
    private volatile int _mtu;
    private int _queues;
    private volatile bool _stopping;
    private long _changes;

    /// <summary>Starts to follow an interface of the caller's network namespace.</summary>
    /// <param name="link">The interface.</param>
    /// <param name="maintain">Called on the thread after <see cref="Wake"/>, and every few milliseconds as long as it gives true.</param>
    /// <param name="changed">Called with the receive queues in use (zero if unknown) and the MTU when one of them may have changed; the first time before the constructor returns.</param>
    internal LinkMonitor(LinkSnapshot link, Func<bool> maintain, Action<int, int> changed)
    {
        _maintain = maintain;
        _changed = changed;
        _index = link.Index;
        _name = link.Name;
        _mtu = link.Mtu;
        _state = (int)(link.IsUp ? LinkState.Up : LinkState.Down);
        _socket = new RouteSocket(listen: true);
        _events = QueueEvents.TryListen();
        _wake = new FileDescriptor(LibC.EventFd(0, 0));

        // The sockets listen now: a change between the caller's look and this one is not missed.
        Resynchronize();
        Count();

        // A thread is in the network namespace of the one that starts it.
        _thread = new Thread(Run) { Name = "pollmode-link", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Whether frames can pass.</summary>
    internal LinkState State => (LinkState)_state;

    /// <summary>The MTU last heard of, in bytes of layer 3.</summary>
    internal int Mtu => _mtu;

    /// <summary>Times that <see cref="State"/> changed.</summary>
    internal long Changes => Volatile.Read(ref _changes);

    /// <summary>Has the thread do its maintenance soon. From any thread; one system call.</summary>
    internal void Wake()
    {
        ulong one = 1;
        _ = LibC.Write(_wake.Number, &one, sizeof(ulong));
    }

    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        Wake();
        _thread.Join();
        _wake.Dispose();
        _events?.Dispose();
        _socket.Dispose();
    }

    private void Run()
    {
        // poll(2) passes over a negative number.
        PollDescriptor* descriptors = stackalloc PollDescriptor[3];
        descriptors[0] = new PollDescriptor { FileDescriptor = _socket.Number, Events = PollDescriptor.POLLIN };
        descriptors[1] = new PollDescriptor { FileDescriptor = _wake.Number, Events = PollDescriptor.POLLIN };
        descriptors[2] = new PollDescriptor { FileDescriptor = _events?.Number ?? -1, Events = PollDescriptor.POLLIN };
        bool again = false;
        while (true)
        {
            descriptors[0].ReturnedEvents = 0;
            descriptors[1].ReturnedEvents = 0;
            descriptors[2].ReturnedEvents = 0;
            _ = LibC.Poll(descriptors, 3, again ? MaintenanceMilliseconds : -1);
            if (_stopping)
            {
                return;
            }

            if (descriptors[1].ReturnedEvents != 0)
            {
                ulong count;
                _ = LibC.Read(_wake.Number, &count, sizeof(ulong));
                again = true;
            }

            if (descriptors[0].ReturnedEvents != 0)
            {
                Hear();
            }

            if (descriptors[2].ReturnedEvents != 0 && _events!.Hear())
            {
                Count();
            }

            again = again && _maintain();
        }
    }

    private void Hear()
    {
        ReadOnlySpan<byte> messages = _socket.Hear(out bool overrun);
        if (overrun)
        {
            Resynchronize();
        }

        while (NetlinkMessage.TryNext(ref messages, out ushort type, out _, out ReadOnlySpan<byte> body))
        {
            if (NetlinkMessage.IndexOf(body) == _index && type is NetlinkMessage.NewLink or NetlinkMessage.DeleteLink)
            {
                Learn(type == NetlinkMessage.DeleteLink ? null : NetlinkMessage.Read(body));
            }
        }
    }

    /// <summary>Asks on the listening socket. News that arrive meanwhile are dropped with the answer's buffer, and the answer is newer than they are.</summary>
    private void Resynchronize() => Learn(_socket.TryGet(_index, out LinkSnapshot link) ? link : null);

    private void Learn(LinkSnapshot? link)
    {
        // Once gone, always gone: the next interface of this index is another.
        if (_state == (int)LinkState.Gone)
        {
            return;
        }

        int state = (int)(link is not { } known ? LinkState.Gone : known.IsUp ? LinkState.Up : LinkState.Down);
        if (link is { Mtu: > 0 } snapshot)
        {
            _mtu = snapshot.Mtu;
            _name = snapshot.Name.Length > 0 ? snapshot.Name : _name;
            _changed(_queues, _mtu);
        }

        if (state != _state)
        {
            _state = state;
            Volatile.Write(ref _changes, _changes + 1);
        }
    }

    /// <summary>Counts the queues. The kernel answers when whoever changes them is done.</summary>
    private void Count()
    {
        _queues = Ethtool.ActiveRxQueues(_name);
        _changed(_queues, _mtu);
    }
}
