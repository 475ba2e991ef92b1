namespace PollMode.Latency;

/// <summary>What the app does, on a thread of its own, until it is disposed.</summary>
internal sealed class Allocator : IDisposable
{
    private const int HardLive = 200_000;

    private readonly Thread? _thread;
    private volatile bool _stop;
    private byte[][] _live = [];

    internal Allocator(Allocation allocation)
    {
        Action? work = allocation switch
        {
            Allocation.Busy => Compute,
            Allocation.Light => Light,
            Allocation.Hard => Hard,
            _ => null,
        };
        if (work != null)
        {
            _thread = new Thread(() => work()) { IsBackground = true, Name = "app" };
            _thread.Start();
        }
    }

    public void Dispose()
    {
        _stop = true;
        _thread?.Join();
    }

    private void Compute()
    {
        while (!_stop)
        {
            Thread.SpinWait(1000);
        }
    }

    private void Light()
    {
        while (!_stop)
        {
            for (int i = 0; i < 1000; i++)
            {
                _live = [new byte[100]];
            }

            Thread.Sleep(1);
        }
    }

    /// <summary>About 60 MB of live arrays of 100 to 500 bytes.</summary>
    private void Hard()
    {
        var random = new Random(1);
        _live = new byte[HardLive][];
        while (!_stop)
        {
            _live[random.Next(HardLive)] = new byte[random.Next(100, 500)];
        }
    }
}
