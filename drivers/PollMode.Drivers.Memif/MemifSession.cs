namespace PollMode.Drivers.Memif;

/// <summary>One control connection from its first message on: what client and server do alike.</summary>
internal abstract class MemifSession
{
    /// <summary>How long the whole handshake may take.</summary>
    private const int PatienceMilliseconds = 5000;

    /// <summary>How long a peer that was sent away may take to let go of what it shares with us.</summary>
    private const int FarewellMilliseconds = 1000;

    /// <summary>For a peer that sends what may keep us busy closing it.</summary>
    protected const string Unasked = "Unexpected descriptor";

    /// <summary>How often an arena that a server may write to is looked at. Nobody tells of a hole that was filled with zeros.</summary>
    private const int LookMilliseconds = 100;

    private readonly ControlChannel _channel;
    private readonly long _deadline = Environment.TickCount64 + PatienceMilliseconds;

    protected MemifSession(ControlChannel channel) => _channel = channel;

    protected ControlChannel Channel => _channel;

    /// <summary>Says goodbye with a reason that the peer can show to its user.</summary>
    protected void Refuse(string reason)
    {
        var message = new ControlMessage(MessageKind.Disconnect) { Reason = reason };
        _ = _channel.TrySend(message);
    }

    /// <summary>Waits for the next message of the handshake.</summary>
    /// <param name="port">The port that the connection is for, whose closing breaks the wait; null while it is not known.</param>
    /// <param name="wake">A descriptor that breaks the wait while the port is not known.</param>
    /// <param name="message">The message.</param>
    /// <param name="descriptor">What came with it; the caller owns it.</param>
    /// <returns>False if the connection or the time for the whole handshake has ended, or the port closes.</returns>
    protected bool TryReceive(MemifPort? port, int wake, out ControlMessage message, out int descriptor)
    {
        message = default;
        descriptor = -1;
        while (true)
        {
            long left = _deadline - Environment.TickCount64;
            if (left <= 0)
            {
                return false;
            }

            // A server that knows the arena from before may punch holes while it lets us wait.
            bool looks = port is { IsZeroCopy: true };
            bool readable = _channel.WaitReadable(port?.WakeDescriptor ?? wake, (int)(looks ? Math.Min(left, LookMilliseconds) : left), out bool woken);
            _ = looks && port!.LookForHoles();
            if (woken)
            {
                port?.TakeWake();
                if (port == null || port.IsClosing)
                {
                    return false;
                }
            }

            if (readable)
            {
                return _channel.TryReceive(out message, out descriptor);
            }
        }
    }

    /// <summary>
    /// A peer may write into our packet buffers until it has heard that it is sent away. One that keeps to the protocol closes the connection
    /// when it has let go of them; the others do not hold the port up for long.
    /// </summary>
    private void AwaitPeersEnd(MemifPort port, MemifLink link)
    {
        long deadline = Environment.TickCount64 + FarewellMilliseconds;
        while (link.IsZeroCopy && !port.IsClosing && deadline - Environment.TickCount64 is > 0 and long left)
        {
            if (_channel.WaitReadable(port.WakeDescriptor, (int)left, out bool woken))
            {
                if (!_channel.TryReceive(out _, out int descriptor))
                {
                    return;
                }

                if (descriptor >= 0)
                {
                    _channel.Discard(descriptor);
                    return;
                }
            }

            if (woken)
            {
                port.TakeWake();
            }
        }
    }

    /// <summary>Stays with an established connection until either side ends it.</summary>
    /// <returns>Why it ended.</returns>
    protected string WaitForEnd(MemifPort port, MemifLink link)
    {
        while (true)
        {
            if (link is { IsZeroCopy: true, Fault: null } && port.LookForHoles())
            {
                link.Fail("Hole in the shared packet buffers");
            }

            if (_channel.WaitReadable(port.WakeDescriptor, link.IsZeroCopy ? LookMilliseconds : -1, out bool woken))
            {
                if (!_channel.TryReceive(out ControlMessage message, out int descriptor))
                {
                    return "peer went away";
                }

                if (descriptor >= 0)
                {
                    _channel.Discard(descriptor);
                    Refuse(Unasked);
                    return $"peer broke the protocol: {Unasked}";
                }

                if (message.Kind == MessageKind.Disconnect)
                {
                    return $"peer disconnected: {message.Reason}";
                }
            }

            if (woken)
            {
                port.TakeWake();
                if (link.Fault is { } fault)
                {
                    Refuse(fault);
                    AwaitPeersEnd(port, link);
                    return $"protocol violation: {fault}";
                }

                if (port.IsClosing)
                {
                    Refuse("Interface closed");
                    return "closed";
                }
            }
        }
    }
}
