using System.Buffers;
using Microsoft.Extensions.Hosting;
using PollMode.Isolation;

namespace PollMode.Examples.Isolated;

/// <summary>Asynchronous code that answers packets: what the data plane sends by its port app:questions comes here, and the answers leave by the same port.</summary>
internal sealed class Answerer(DataPlaneEngine engine) : BackgroundService
{
    private long _answers;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Console.WriteLine($"{_answers} questions answered");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A word with the data plane's own code: ask a tenth as often as it would.
        Console.WriteLine($"the data plane {engine.Command(Plane.AskEvery, "100000")}");
        DataPlaneLink link = engine.OpenLink("questions");
        try
        {
            await foreach (TapFrame question in link.ReadAllAsync(stoppingToken))
            {
                byte[] answer = question.Bytes.ToArray();
                answer[^1] = 42;
                await link.SendAsync(answer, cancellation: stoppingToken);
                _answers++;
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }
}
