using PollMode.Isolation;

namespace PollMode.Examples.Isolated;

/// <summary>The app's own work with packets: reads the frames that the data plane's tap sends, and counts them.</summary>
internal sealed class Sampler
{
    private readonly IsolatedTap _tap;
    private readonly Task _reading;
    private long _frames;
    private long _bytes;

    internal Sampler(IsolatedTap tap)
    {
        _tap = tap;
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Waits until the tap has ended and all its frames were read.</summary>
    internal async Task End()
    {
        await _reading;
        Console.WriteLine($"tap {_tap.Name}: offered {_tap.Offered}, read {_frames} with {_bytes} bytes, dropped {_tap.Dropped}");
    }

    private async Task ReadAsync()
    {
        await foreach (TapFrame frame in _tap.ReadAllAsync())
        {
            _frames++;
            _bytes += frame.Length;
        }
    }
}
