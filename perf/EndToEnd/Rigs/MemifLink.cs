namespace PollMode.EndToEnd;

/// <summary>The socket of one memif, and what its two ends are called here and in testpmd.</summary>
internal sealed class MemifLink : IDisposable
{
    private const int RingBits = 10;

    private readonly TemporaryFolder _folder = new();
    private readonly string _socket;
    private readonly bool _zeroCopy;
    private readonly int _number;

    /// <summary>Makes the place for the socket.</summary>
    /// <param name="frameBytes">Bytes of the frames that will pass.</param>
    /// <param name="zeroCopy">Whether the client shares its packet buffers.</param>
    /// <param name="number">Which of several links of one process.</param>
    internal MemifLink(int frameBytes, bool zeroCopy, int number = 0)
    {
        FrameBytes = frameBytes;
        _zeroCopy = zeroCopy;
        _number = number;
        _socket = _folder.File("memif.sock");
    }

    internal int FrameBytes { get; }

    internal string OurServer => $"memif:{_socket},role=server,rsize={RingBits}";

    internal string OurClient => $"memif:{_socket},role=client,rsize={RingBits},zero_copy={(_zeroCopy ? "on" : "off")}";

    internal string TheirServer => $"net_memif{_number},role=server,id=0,socket={_socket},socket-abstract=no,bsize=2048,rsize={RingBits}";

    internal string TheirClient => $"net_memif{_number},role=client,id=0,socket={_socket},socket-abstract=no,bsize=2048,rsize={RingBits},zero-copy={(_zeroCopy ? "yes" : "no")}";

    public void Dispose() => _folder.Dispose();
}
