namespace PollMode.Drivers.Memif;

/// <summary>A client's connection as the server sees it. Nothing that the client says is believed before it is checked.</summary>
internal sealed unsafe class MemifServerSession : MemifSession
{
    private const int MostRegions = 256;
    private const int RingAlignment = 16;
    private const int BusyPatienceMilliseconds = 2000;

    private readonly MemifListener _listener;
    private readonly int _wake;
    private readonly List<Region> _regions = [];
    private Ring?[] _toServer = [];
    private Ring?[] _toClient = [];
    private MemifPort? _port;
    private bool _isEstablished;

    internal MemifServerSession(MemifListener listener, ControlChannel channel, int wake)
        : base(channel)
    {
        _listener = listener;
        _wake = wake;
    }

    internal void Run()
    {
        MemifLink? link = null;
        try
        {
            if (Handshake())
            {
                link = new MemifLink(_port!, _regions, _toServer, _toClient, isZeroCopy: false);
                _port!.Publish(link);
                string end = Channel.TrySend(new ControlMessage(MessageKind.Connected) { InterfaceName = "pollmode" }) ? WaitForEnd(_port, link) : "peer went away";
                _port.Withdraw(link, end);
            }
        }
        finally
        {
            if (link == null)
            {
                // A handshake that failed leaves the same things to close as a connection does.
                MemifLink.Close(_regions, _toServer, _toClient);
            }

            _port?.EndServing();
            if (!_isEstablished)
            {
                _listener.EndHandshake();
            }
        }
    }

    private bool Handshake()
    {
        var hello = new ControlMessage(MessageKind.Hello)
        {
            HelloName = "PollMode",
            MinVersion = ControlMessage.Version,
            MaxVersion = ControlMessage.Version,
            MaxRegion = MostRegions - 1,
            MaxClientToServerRing = MemifSettings.MaxQueues - 1,
            MaxServerToClientRing = MemifSettings.MaxQueues - 1,
            MaxLog2RingSize = Ring.MaxLog2Size,
        };
        if (!Channel.TrySend(hello))
        {
            return false;
        }

        while (TryReceive(_port, _wake, out ControlMessage message, out int descriptor))
        {
            string? refusal = message.Kind switch
            {
                MessageKind.Initialize when _port == null => Initialize(message),
                MessageKind.AddRegion when _port != null => AddRegion(message, ref descriptor),
                MessageKind.AddRing when _port != null => AddRing(message, ref descriptor),
                MessageKind.Connect when _port != null => CheckRings(),
                MessageKind.Disconnect => null,
                _ => "Unexpected message",
            };
            if (descriptor >= 0)
            {
                Channel.Discard(descriptor);
                refusal ??= Unasked;
            }

            if (message.Kind == MessageKind.Disconnect)
            {
                _port?.NoteEnd($"client gave up: {message.Reason}");
                return false;
            }

            if (refusal != null)
            {
                _port?.NoteEnd($"client refused: {refusal}");
                Refuse(refusal);
                return false;
            }

            if (message.Kind == MessageKind.Connect)
            {
                _listener.EndHandshake();
                _isEstablished = true;
                return true;
            }

            if (!Channel.TrySend(new ControlMessage(MessageKind.Acknowledge)))
            {
                return false;
            }
        }

        return false;
    }

    private string? Initialize(in ControlMessage message)
    {
        if (message.InitVersion != ControlMessage.Version)
        {
            return "Incompatible memif version";
        }

        if (_listener.Find(message.InterfaceId) is not { } port)
        {
            return "ID not found";
        }

        if (message.Mode != 0)
        {
            return "Only ethernet mode supported";
        }

        string secret = port.Settings.Secret;
        if (secret.Length > 0)
        {
            if (message.Secret.Length == 0)
            {
                return "Secret required";
            }

            if (!System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
                System.Text.Encoding.UTF8.GetBytes(secret), System.Text.Encoding.UTF8.GetBytes(message.Secret)))
            {
                return "Incorrect secret";
            }
        }

        // A client that came back may be faster than the news of its end.
        bool begun = false;
        SpinWait.SpinUntil(() => (begun = port.TryBeginServing()) || port.IsClosing, BusyPatienceMilliseconds);
        if (!begun)
        {
            return "Already connected";
        }

        _port = port;
        _toServer = new Ring?[port.Settings.Queues];
        _toClient = new Ring?[port.Settings.Queues];
        return null;
    }

    private string? AddRegion(in ControlMessage message, ref int descriptor)
    {
        if (descriptor < 0)
        {
            return "Missing region fd";
        }

        if (message.RegionIndex != _regions.Count || _regions.Count == MostRegions)
        {
            return "Invalid region index";
        }

        ulong left = _port!.Settings.RegionBytes - (ulong)_regions.Sum(region => (long)region.MappedBytes);
        if (Region.TryMap(ref descriptor, message.RegionBytes, left, _port.Settings.Guard, out string refusal) is not { } region)
        {
            return refusal;
        }

        _regions.Add(region);
        return null;
    }

    private string? AddRing(in ControlMessage message, ref int descriptor)
    {
        Ring?[] rings = (message.RingFlags & 1) != 0 ? _toServer : _toClient;
        if (descriptor < 0)
        {
            return "Missing interrupt fd";
        }

        if (message.RingIndex >= rings.Length || rings[message.RingIndex] != null)
        {
            return "Invalid ring index";
        }

        if (message.Log2RingSize > Ring.MaxLog2Size)
        {
            return "Ring too large";
        }

        if (message.RingRegion >= _regions.Count || message.RingOffset % RingAlignment != 0
            || (ulong)message.RingOffset + (ulong)Ring.BytesFor(message.Log2RingSize) > _regions[message.RingRegion].Bytes)
        {
            return "Ring outside its region";
        }

        if (!_regions[message.RingRegion].IsSealed && _port!.Settings.Guard != MemoryGuard.Off)
        {
            return "Ring region is not sealed";
        }

        // Another kind of file could block whoever writes to it.
        if (new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget != "anon_inode:[eventfd]")
        {
            return "Interrupt fd is no eventfd";
        }

        _ = LibC.Fcntl(descriptor, LibC.F_SETFL, LibC.Fcntl(descriptor, LibC.F_GETFL, 0) | LibC.O_NONBLOCK);
        rings[message.RingIndex] = new Ring(_regions[message.RingRegion].Address + message.RingOffset, message.Log2RingSize, descriptor);
        descriptor = -1;
        return null;
    }

    private string? CheckRings()
    {
        foreach (Ring? ring in _toServer.Concat(_toClient))
        {
            if (ring == null)
            {
                continue;
            }

            if (!ring.HasCookie)
            {
                return "Wrong ring";
            }

            ring.Head = 0;
            ring.Tail = 0;
        }

        return null;
    }
}
