using System.IO.Pipelines;

namespace PollMode.Isolation;

/// <summary>
/// The app's side of a tap in a data plane: frames copied out of the rings in shared memory into a pipe. When the app does not
/// read, the rings fill and the data plane drops copies, never packets; its workers do not wait.
/// </summary>
/// <remarks><see cref="Offered"/> is <see cref="Delivered"/> + <see cref="Dropped"/> + what is on its way, exactly so when nobody moves frames.</remarks>
public sealed class DataPlaneTap
{
    private readonly FramePump _pump;

    internal DataPlaneTap(string name, FramePump pump)
    {
        Name = name;
        _pump = pump;
    }

    /// <summary>The name that the data plane gave it.</summary>
    public string Name { get; }

    /// <summary>Frames that workers wanted to copy since the tap was opened.</summary>
    public long Offered => _pump.Offered;

    /// <summary>Frames that found no room, because the app did not keep up.</summary>
    public long Dropped => _pump.Dropped;

    /// <summary>Frames that reached the pipe.</summary>
    public long Delivered => _pump.Delivered;

    /// <summary>Starts copying frames into a pipe, as <see cref="TapFrame.TryRead"/> reads them. It ends when all workers have ended and everything was read.</summary>
    /// <param name="pipeBytes">Bytes that wait in the pipe at most before the rings fill.</param>
    /// <exception cref="InvalidOperationException">The tap has a reader already, or was closed.</exception>
    public PipeReader OpenReader(int pipeBytes = 1 << 20) => _pump.OpenReader(pipeBytes);

    /// <summary>Gives the frames one after the other. The bytes of each are valid until the next is asked for.</summary>
    /// <exception cref="InvalidOperationException">The tap has a reader already, or was closed.</exception>
    public IAsyncEnumerable<TapFrame> ReadAllAsync(CancellationToken cancellation = default) => FrameReading.ReadAllAsync(OpenReader(), cancellation);

    internal void Close() => _pump.Close();
}
