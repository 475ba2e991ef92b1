using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace PollMode.Examples.Isolated;

/// <summary>An app that allocates: light keeps nothing alive, hard keeps a large heap alive and replaces it at random without rest.</summary>
internal sealed class Allocator(IConfiguration configuration) : IHostedService
{
    private const int HardLive = 200_000;

    private Thread? _thread;
    private volatile bool _stop;
    private byte[][] _live = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        string how = configuration["Allocate"] ?? "none";
        Action? work = how switch
        {
            "none" => null,
            "light" => Light,
            "hard" => Hard,
            _ => throw new PollModeException($"Allocate is '{how}'; choose none, light or hard."),
        };
        if (work != null)
        {
            _thread = new Thread(() => work()) { IsBackground = true, Name = "allocator" };
            _thread.Start();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stop = true;
        _thread?.Join();
        return Task.CompletedTask;
    }

    /// <summary>About 100 MB a second, as a server under load does.</summary>
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
