using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using PollMode.Isolation;

namespace PollMode.Examples.Isolated;

/// <summary>Stops the host after the time asked for, and says what matters here: packets, stalls by cause, and what each runtime collected.</summary>
internal sealed class Summary(DataPlaneEngine engine, IConfiguration configuration, IHostApplicationLifetime lifetime) : BackgroundService
{
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        EngineStatistics now = engine.Statistics;
        StallStatistics stalls = now.Workers[0].Stalls;
        string causes = string.Join(", ", stalls.Causes.Where(cause => cause.Count > 0).Select(cause => $"{cause.Cause} {cause.Count} up to {cause.Longest.TotalMilliseconds:0.00} ms"));
        Console.WriteLine($"the data plane ran {engine.Place}: {now.RxPackets} packets received, {now.TxPackets} sent");
        Console.WriteLine($"its worker stood still {stalls.Count} times for more than {stalls.Threshold.TotalMicroseconds:0} us, {stalls.Longest.TotalMilliseconds:0.00} ms at the longest{(causes.Length > 0 ? $" ({causes})" : string.Empty)}");
        Console.WriteLine($"the app's runtime collected {GC.CollectionCount(0)} times in {GC.GetTotalPauseDuration().TotalMilliseconds:0} ms, the worker's {now.Runtime.Collections} times in {now.Runtime.Pause.TotalMilliseconds:0} ms");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAny(engine.Completion, Task.Delay(TimeSpan.FromSeconds(configuration.GetValue("Seconds", 5)), stoppingToken));
        lifetime.StopApplication();
    }
}
