using System.IO.Pipelines;

namespace PollMode.Isolation;

/// <summary>
/// The app's side of an app port (<c>app:NAME</c>): what the data plane sends by the port can be read here, and what is sent here comes
/// into the data plane by the port, and through its stages. Frames are copied both ways; neither side waits for the other.
/// </summary>
public sealed class DataPlaneLink
{
    private static readonly TimeSpan RoomPeriod = TimeSpan.FromMilliseconds(1);

    private readonly FramePump _pump;
    private readonly FrameRing _toPlane;
    private readonly Lock _sending = new();
    private bool _ended;

    internal DataPlaneLink(string name, FramePump pump, FrameRing toPlane, int maxFrameBytes)
    {
        Name = name;
        _pump = pump;
        _toPlane = toPlane;
        MaxFrameBytes = maxFrameBytes;
    }

    /// <summary>The device part of the port's spec.</summary>
    public string Name { get; }

    /// <summary>Bytes of the longest frame that can be sent.</summary>
    public int MaxFrameBytes { get; }

    /// <summary>Frames of the data plane that reached the pipe.</summary>
    public long Received => _pump.Delivered;

    /// <summary>Frames sent, whether the data plane has taken them yet or not.</summary>
    public long Sent { get; private set; }

    /// <summary>Starts copying frames of the data plane into a pipe, as <see cref="TapFrame.TryRead"/> reads them. It ends when the engine has closed and everything was read.</summary>
    /// <param name="pipeBytes">Bytes that wait in the pipe at most before the rings fill, and the data plane drops packets under <see cref="DropReason.TxFull"/>.</param>
    /// <exception cref="InvalidOperationException">The link has a reader already, or was closed.</exception>
    public PipeReader OpenReader(int pipeBytes = 1 << 20) => _pump.OpenReader(pipeBytes);

    /// <summary>Gives the frames of the data plane one after the other. The bytes of each are valid until the next is asked for.</summary>
    /// <exception cref="InvalidOperationException">The link has a reader already, or was closed.</exception>
    public IAsyncEnumerable<TapFrame> ReadAllAsync(CancellationToken cancellation = default) => FrameReading.ReadAllAsync(OpenReader(), cancellation);

    /// <summary>Sends a frame into the data plane. From any thread.</summary>
    /// <param name="frame">An Ethernet frame without FCS. Borrowed, and copied.</param>
    /// <param name="word">What the data plane's stages find as the packet's <see cref="Packet.UserWord"/>: for example where it shall go.</param>
    /// <returns>False when there is no room for it now.</returns>
    /// <exception cref="ArgumentException">The frame is empty or longer than <see cref="MaxFrameBytes"/>.</exception>
    /// <exception cref="InvalidOperationException">The link was completed, or its engine was disposed.</exception>
    public bool TrySend(ReadOnlySpan<byte> frame, ulong word = 0)
    {
        if (frame.IsEmpty || frame.Length > MaxFrameBytes)
        {
            throw new ArgumentException($"The frame has {frame.Length} bytes; send from 1 to {MaxFrameBytes}, or raise BufferBytes.", nameof(frame));
        }

        lock (_sending)
        {
            if (_ended)
            {
                throw new InvalidOperationException($"The link '{Name}' was completed, or its engine was disposed.");
            }

            long head = _toPlane.Head;
            if (!_toPlane.TryWrite(frame, word, ref head))
            {
                return false;
            }

            _toPlane.Publish(head, offered: 1, dropped: 0);
            Sent++;
            return true;
        }
    }

    /// <summary>Sends a frame as <see cref="TrySend"/> does, and waits until there is room for it.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> frame, ulong word = 0, CancellationToken cancellation = default)
    {
        while (!TrySend(frame.Span, word))
        {
            await Task.Delay(RoomPeriod, cancellation);
        }
    }

    /// <summary>Says that nothing more will be sent: the port has then ended, as a source has that is at its end.</summary>
    public void Complete()
    {
        lock (_sending)
        {
            if (!_ended)
            {
                _ended = true;
                _toPlane.End();
            }
        }
    }

    internal void Close()
    {
        Complete();
        _pump.Close();
    }
}
