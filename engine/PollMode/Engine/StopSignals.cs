using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>
/// Ctrl-C and SIGTERM, for programs that run an engine without a host: the first asks for the end, so that the engine can be drained, and
/// the second ends the process at once.
/// </summary>
public sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly Lock _gate = new();
    private bool _isDisposed;

    /// <summary>Listens from now on, until it is disposed.</summary>
    public StopSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    }

    /// <summary>Whether somebody asked for the end.</summary>
    public bool IsAsked => _asked.IsCancellationRequested;

    /// <summary>Cancelled when somebody asks for the end.</summary>
    public CancellationToken Token => _asked.Token;

    /// <summary>Waits for a signal.</summary>
    /// <param name="timeout">How long at most.</param>
    /// <returns>Whether there was one.</returns>
    public bool Wait(TimeSpan timeout) => _asked.Token.WaitHandle.WaitOne(timeout);

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        lock (_gate)
        {
            // A signal may be on its way still.
            _isDisposed = true;
            _asked.Dispose();
        }
    }

    private void Stop(PosixSignalContext context)
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                context.Cancel = !_asked.IsCancellationRequested;
                _asked.Cancel();
            }
        }
    }
}
