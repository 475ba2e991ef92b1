using PollMode.Linux;

namespace PollMode.Drivers.Memif;

/// <summary>The client's control thread: connects, makes the shared memory, tells the server of it, and starts over when the connection ends.</summary>
internal sealed class MemifClient
{
    private const int RetryMilliseconds = 50;

    private readonly Discards _discards = new();
    private readonly MemifPort _port;

    internal MemifClient(MemifPort port) => _port = port;

    internal void Run()
    {
        int told = 0;
        while (!_port.IsClosing)
        {
            if (_port.LookForHoles() || _discards.IsFull)
            {
                _port.NoteEnd(_port.ArenaHasHoles ? MemifPort.Holed : "too many descriptors that servers sent still wait to be closed");
                told = 0;
                WaitForWake();
                continue;
            }

            using (ControlChannel? channel = ControlChannel.TryConnect(_port.Settings.Socket, _discards, out int errno))
            {
                if (channel != null)
                {
                    new Session(_port, channel).Run();
                }
                else if (errno != told)
                {
                    _port.NoteEnd(Explain(_port.Settings.Socket, errno));
                }

                told = errno;
            }

            WaitForWake();
        }
    }

    /// <summary>Why there is no connection, and what to do.</summary>
    internal static string Explain(SocketName socket, int errno) => new LinuxException($"connect to the memif socket '{socket}'", errno, errno switch
    {
        Errno.ENOENT => "start the server there, or correct the path; connecting is tried again all the time",
        Errno.EACCES => "let this user write to the socket and enter its directory",
        ControlChannel.ConnectionRefused => "start the server: nobody listens there now; connecting is tried again all the time",
        Errno.EAGAIN => "the server accepts nobody at the moment; look whether it hangs",
        ControlChannel.WrongType => "another kind of server listens there; choose the memif server's socket",
        _ => "check the server and the socket's path",
    }).Message;

    private unsafe void WaitForWake()
    {
        var request = new PollRequest { FileDescriptor = _port.WakeDescriptor, Events = LibC.POLLIN };
        if (LibC.Poll(&request, 1, RetryMilliseconds) > 0)
        {
            _port.TakeWake();
        }
    }

    /// <summary>One connection.</summary>
    private sealed class Session : MemifSession
    {
        private const int ArenaRegion = 1;

        private readonly MemifPort _port;
        private readonly MemifSettings _settings;
        private readonly List<int> _eventFds = [];
        private Region? _region;

        internal Session(MemifPort port, ControlChannel channel)
            : base(channel)
        {
            _port = port;
            _settings = port.Settings;
        }

        internal void Run()
        {
            MemifLink? link;
            try
            {
                link = Connect();
            }
            catch (PollModeException fault)
            {
                _port.NoteEnd(fault.Message);
                link = null;
            }

            if (link == null)
            {
                _region?.Dispose();
                _eventFds.ForEach(descriptor => _ = LibC.Close(descriptor));
                return;
            }

            _port.Publish(link);
            _port.Withdraw(link, WaitForEnd(_port, link));
        }

        private MemifLink? Connect()
        {
            if (!Expect(MessageKind.Hello, out ControlMessage hello))
            {
                return null;
            }

            bool zeroCopy = _port.IsZeroCopy;
            if (hello.MinVersion > ControlMessage.Version || hello.MaxVersion < ControlMessage.Version || (zeroCopy && hello.MaxRegion < ArenaRegion))
            {
                Refuse("Incompatible memif version");
                _port.NoteEnd($"server speaks versions {hello.MinVersion >> 8}.{hello.MinVersion & 255} to {hello.MaxVersion >> 8}.{hello.MaxVersion & 255} with {hello.MaxRegion + 1} region(s)");
                return null;
            }

            int toServer = Math.Min(_settings.Queues, hello.MaxClientToServerRing + 1);
            int toClient = Math.Min(_settings.Queues, hello.MaxServerToClientRing + 1);
            int log2Size = Math.Min(_settings.Log2RingSize, hello.MaxLog2RingSize);
            if (log2Size < MemifSettings.MinLog2RingSize)
            {
                Refuse("Ring size too small");
                _port.NoteEnd($"server takes rings of {1 << log2Size} at most, and this side needs {1 << MemifSettings.MinLog2RingSize}");
                return null;
            }

            MemifLink link = MakeLink(toServer, toClient, log2Size);
            return Introduce(link, log2Size) ? link : null;
        }

        /// <summary>Lays rings, and buffers of a copying client, out in one region.</summary>
        private unsafe MemifLink MakeLink(int toServer, int toClient, int log2Size)
        {
            bool zeroCopy = _port.IsZeroCopy;
            int ringBytes = Ring.BytesFor(log2Size);
            ulong allRings = (ulong)ringBytes * (ulong)(toServer + toClient);
            ulong buffersPerRing = (ulong)_settings.BufferBytes << log2Size;
            _region = Region.Create(allRings + (zeroCopy ? 0 : buffersPerRing * (ulong)(toServer + toClient)));
            var rings = new Ring[toServer + toClient];
            for (int i = 0; i < rings.Length; i++)
            {
                int eventFd = LibC.NewEventFd();

                _eventFds.Add(eventFd);
                rings[i] = new Ring(_region.Address + ((long)i * ringBytes), log2Size, eventFd) { BufferOffset = (uint)(allRings + (buffersPerRing * (ulong)i)) };
                rings[i].Format();
            }

            return new MemifLink(_port, [_region], rings[..toServer], rings[toServer..], zeroCopy);
        }

        private bool Introduce(MemifLink link, int log2Size)
        {
            var init = new ControlMessage(MessageKind.Initialize)
            {
                InitVersion = ControlMessage.Version,
                InterfaceId = _settings.Id,
                Secret = _settings.Secret,
                InitName = "PollMode",
            };
            if (!Tell(init, -1))
            {
                return false;
            }

            Arena arena = _port.Context.Arena;
            if (!Tell(new ControlMessage(MessageKind.AddRegion) { RegionIndex = 0, RegionBytes = _region!.Bytes }, _region.FileDescriptor)
                || (link.IsZeroCopy && !Tell(new ControlMessage(MessageKind.AddRegion) { RegionIndex = ArenaRegion, RegionBytes = (ulong)arena.LengthBytes }, arena.SharedFileDescriptor)))
            {
                return false;
            }

            int place = 0;
            foreach ((Ring?[] rings, ushort flags) in new[] { (link.ToServer, (ushort)1), (link.ToClient, (ushort)0) })
            {
                for (int i = 0; i < rings.Length; i++, place++)
                {
                    var ring = new ControlMessage(MessageKind.AddRing)
                    {
                        RingFlags = flags,
                        RingIndex = (ushort)i,
                        RingRegion = 0,
                        RingOffset = (uint)(place * Ring.BytesFor(log2Size)),
                        Log2RingSize = (byte)log2Size,
                    };
                    if (!Tell(ring, rings[i]!.EventFd))
                    {
                        return false;
                    }
                }
            }

            return Channel.TrySend(new ControlMessage(MessageKind.Connect) { InterfaceName = "pollmode" }) && Expect(MessageKind.Connected, out _);
        }

        private bool Tell(in ControlMessage message, int descriptor) => Channel.TrySend(message, descriptor) && Expect(MessageKind.Acknowledge, out _);

        private bool Expect(MessageKind kind, out ControlMessage message)
        {
            bool received = TryReceive(_port, -1, out message, out int descriptor);
            if (descriptor >= 0)
            {
                Channel.Discard(descriptor);
                Refuse(Unasked);
                _port.NoteEnd($"server broke the protocol: {Unasked}");
                return false;
            }

            if (received && message.Kind == kind)
            {
                return true;
            }

            _port.NoteEnd(!received ? "server went away during the handshake"
                : message.Kind == MessageKind.Disconnect ? $"server refused: {message.Reason}"
                : $"server sent {message.Kind} instead of {kind}");
            return false;
        }
    }
}
