using Microsoft.Extensions.Hosting;
using PollMode.Isolation;

namespace PollMode.Examples.Isolated;

/// <summary>Asynchronous code that sees copies of frames: those that the data plane's tap sends. The packets themselves go on meanwhile.</summary>
internal sealed class Sampler(DataPlaneEngine engine) : BackgroundService
{
    private long _frames;
    private long _bytes;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        DataPlaneTap tap = engine.OpenTap(Plane.Samples);
        Console.WriteLine($"tap '{tap.Name}': {_frames} frames of {_bytes} bytes read, {tap.Dropped} too many for the reader");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (TapFrame frame in engine.OpenTap(Plane.Samples).ReadAllAsync(stoppingToken))
            {
                _frames++;
                _bytes += frame.Length;
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }
}
