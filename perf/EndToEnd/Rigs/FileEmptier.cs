namespace PollMode.EndToEnd;

/// <summary>
/// Empties a file ten times a second while somebody writes it. Who writes on at his own position leaves a hole in front of it, which takes
/// no memory.
/// </summary>
internal sealed class FileEmptier : IDisposable
{
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    internal FileEmptier(string path)
    {
        _thread = new Thread(() =>
        {
            while (!_stop.Wait(100))
            {
                // There may be no file yet. A FileStream would ask for a lock that the writer may have.
                _ = LibC.Truncate(path, 0);
            }
        })
        { Name = "emptier", IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }
}
