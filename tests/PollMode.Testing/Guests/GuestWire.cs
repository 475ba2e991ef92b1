using System.Net.Sockets;

namespace PollMode.Testing;

/// <summary>The host's end of the wire of a guest's device: a datagram is a frame.</summary>
public sealed class GuestWire : IDisposable
{
    private const int Patience = 60_000;

    private readonly string _guest;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = Patience, ReceiveTimeout = Patience };

    /// <summary>Makes the host's end.</summary>
    /// <param name="guest">The path of the guest's end.</param>
    /// <param name="host">The path of this one.</param>
    public GuestWire(string guest, string host)
    {
        _guest = guest;
        _socket.Bind(new UnixDomainSocketEndPoint(host));
    }

    /// <summary>Joins the ends, once the guest has made its own.</summary>
    public void Connect() => _socket.Connect(new UnixDomainSocketEndPoint(_guest));

    /// <summary>Sends a frame; waits while the guest has too many.</summary>
    public void Send(byte[] frame) => _socket.Send(frame);

    /// <summary>Takes frames of a type until there are as many as wanted, or none has come for a generous time.</summary>
    /// <param name="count">How many.</param>
    /// <param name="type">Their EtherType; others, such as the guest's own neighbour discovery, are passed over.</param>
    public IReadOnlyList<byte[]> Receive(int count, ushort type)
    {
        var frames = new List<byte[]>();
        byte[] buffer = new byte[65536];
        try
        {
            while (frames.Count < count)
            {
                int length = _socket.Receive(buffer);
                if (length >= 14 && (buffer[12] << 8 | buffer[13]) == type)
                {
                    frames.Add(buffer[..length]);
                }
            }
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.TimedOut)
        {
            // The caller sees what is missing.
        }

        return frames;
    }

    /// <summary>Forgets what has arrived.</summary>
    public void Clear()
    {
        byte[] buffer = new byte[65536];
        while (_socket.Poll(0, SelectMode.SelectRead))
        {
            _ = _socket.Receive(buffer);
        }
    }

    public void Dispose() => _socket.Dispose();
}
