using System.Runtime.InteropServices;

namespace PollMode.Examples.PacketGen;

/// <summary>Ctrl-C and SIGTERM: the first asks for the end, the second ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public StopSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    }

    /// <summary>Whether somebody asked for the end.</summary>
    public bool IsAsked => _asked.IsCancellationRequested;

    /// <summary>Cancelled when somebody asks for the end.</summary>
    public CancellationToken Token => _asked.Token;

    /// <summary>Waits for a signal, at most so long.</summary>
    public bool Wait(TimeSpan timeout) => _asked.Token.WaitHandle.WaitOne(timeout);

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _asked.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = !_asked.IsCancellationRequested;
        _asked.Cancel();
    }
}
