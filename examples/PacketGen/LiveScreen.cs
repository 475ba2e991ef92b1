using Spectre.Console;
using Spectre.Console.Rendering;

namespace PollMode.Examples.PacketGen;

/// <summary>Draws over its last drawing. Spectre's own live display wants to own the loop, which here belongs to the run.</summary>
internal sealed class LiveScreen : IDisposable
{
    private readonly AutoResetEvent _changed = new(false);
    private readonly Thread _thread;
    private volatile IRenderable? _next;
    private volatile bool _isOver;

    public LiveScreen()
    {
        _thread = new Thread(Run) { Name = "packetgen-view", IsBackground = true };
        _thread.Start();
    }

    public void Show(IRenderable drawing)
    {
        _next = drawing;
        _changed.Set();
    }

    public void Dispose()
    {
        _isOver = true;
        _changed.Set();
        _thread.Join();
        _changed.Dispose();
    }

    private void Run() => AnsiConsole.Live(new Text(string.Empty)).AutoClear(true).Start(live =>
    {
        while (!_isOver)
        {
            _changed.WaitOne();
            if (_next is { } next)
            {
                live.UpdateTarget(next);
            }
        }
    });
}
