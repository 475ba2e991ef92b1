namespace PollMode.Drivers.Memif;

/// <summary>A socket that server ports of one engine listen on together, told apart by their ids. Each connection has a thread of its own.</summary>
internal sealed class MemifListener
{
    /// <summary>Connections at a time that are not established yet: each may take five seconds for that, and has shown no secret.</summary>
    private const int MostHandshakes = 64;
    private const int FailedAcceptMilliseconds = 100;

    private readonly Lock _gate = new();
    private readonly List<MemifPort> _ports = [];
    private readonly SocketName _name;
    private readonly IDictionary<string, object> _shared;
    private readonly Discards _discards = new();
    private readonly ControlChannel _socket;
    private readonly Thread _thread;
    private readonly int _wake;
    private volatile bool _closing;
    private int _sessions;
    private int _handshakes;

    private MemifListener(SocketName name, IDictionary<string, object> shared)
    {
        _name = name;
        _shared = shared;
        _wake = LibC.NewEventFd();
        try
        {
            _socket = ControlChannel.Listen(name, _discards);
        }
        catch
        {
            _ = LibC.Close(_wake);
            throw;
        }

        _thread = new Thread(Run) { Name = "memif-listener", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Adds a port to the listener of its socket, which is made if there is none yet.</summary>
    /// <exception cref="PollModeException">The socket cannot be listened on, or a port with the same id is there already.</exception>
    internal static MemifListener Join(IDictionary<string, object> shared, MemifPort port)
    {
        string key = "memif:" + port.Settings.Socket;
        lock (shared)
        {
            if (!shared.TryGetValue(key, out object? found))
            {
                shared[key] = found = new MemifListener(port.Settings.Socket, shared);
            }

            var listener = (MemifListener)found;
            lock (listener._gate)
            {
                if (listener._ports.Exists(other => other.Settings.Id == port.Settings.Id))
                {
                    throw new PollModeException($"Another port listens on {port.Settings.Socket} with id {port.Settings.Id} already; give '{port.Name}' another id.");
                }

                listener._ports.Add(port);
            }

            return listener;
        }
    }

    /// <summary>Takes a port off; the last one closes the socket and removes its file.</summary>
    internal void Leave(MemifPort port)
    {
        lock (_shared)
        {
            lock (_gate)
            {
                _ports.Remove(port);
                if (_ports.Count > 0)
                {
                    return;
                }
            }

            _shared.Remove("memif:" + _name);
        }

        _closing = true;
        Wake();
        _thread.Join();
        _name.Delete();
        _socket.Dispose();

        // Sessions still in their handshake see the closing through the wake descriptor, which must outlive them.
        SpinWait.SpinUntil(() => Volatile.Read(ref _sessions) == 0);
        _ = LibC.Close(_wake);
    }

    internal MemifPort? Find(uint id)
    {
        lock (_gate)
        {
            return _ports.Find(port => port.Settings.Id == id);
        }
    }

    /// <summary>By a session, once: it is established, or has ended without.</summary>
    internal void EndHandshake() => Interlocked.Decrement(ref _handshakes);

    private void Run()
    {
        while (!_closing)
        {
            if (!_socket.WaitReadable(_wake, -1, out _))
            {
                continue;
            }

            if (_discards.IsFull || Volatile.Read(ref _handshakes) >= MostHandshakes)
            {
                // Whoever waits goes on waiting: to send it away would be one more to be closed.
                Thread.Sleep(FailedAcceptMilliseconds);
                continue;
            }

            if (_socket.TryAccept() is not { } channel)
            {
                // Out of descriptors, most likely: whoever waits goes on waiting, and asking again at once would only burn the processor.
                Thread.Sleep(FailedAcceptMilliseconds);
                continue;
            }

            Interlocked.Increment(ref _sessions);
            Interlocked.Increment(ref _handshakes);

            try
            {
                new Thread(() => Serve(channel)) { Name = "memif-server", IsBackground = true }.Start();
            }
            catch (Exception fault) when (fault is OutOfMemoryException or ThreadStartException)
            {
                channel.Dispose();
                EndHandshake();
                Interlocked.Decrement(ref _sessions);
                Thread.Sleep(FailedAcceptMilliseconds);
            }
        }
    }

    private void Serve(ControlChannel channel)
    {
        try
        {
            using (channel)
            {
                new MemifServerSession(this, channel, _wake).Run();
            }
        }
        catch (Exception fault) when (fault is PollModeException or IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            // What a client makes go wrong, such as descriptors that run out, costs its own connection.
            lock (_gate)
            {
                _ports.ForEach(port => port.NoteEnd(fault.Message));
            }
        }
        finally
        {
            Interlocked.Decrement(ref _sessions);
        }
    }

    private unsafe void Wake()
    {
        ulong one = 1;
        _ = LibC.Write(_wake, &one, sizeof(ulong));
    }
}
