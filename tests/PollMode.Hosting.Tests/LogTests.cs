using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace PollMode.Hosting.Tests;

public sealed class LogTests
{
    [Fact]
    public async Task The_startup_table_says_what_was_got_and_the_end_what_was_done()
    {
        int core = CpuAffinity.Allowed[0];
        await using var test = new TestHost(options => options.Cores = $"{core}");
        await test.Host.StartAsync(TestContext.Current.CancellationToken);
        await test.Engine.Completion.WaitAsync(TestContext.Current.CancellationToken);
        await test.Host.StopAsync(TestContext.Current.CancellationToken);

        string[] lines = [.. test.Logs.Where(log => log.Category == "PollMode.Engine").Select(log => $"{log.Id.Id} {log.Message}")];
        Assert.Contains(lines, line => line.StartsWith("1 pollmode: memory: ", StringComparison.Ordinal));
        Assert.Contains("2 pollmode: port 0 is recording:rx=1000: 1 receive and as many as workers transmit queue(s), frames up to any number of bytes, zero-copy True, link Up", lines);
        Assert.Contains("3 pollmode: port 0: records what it is asked for", lines);
        Assert.Contains($"4 pollmode: worker 0 on core {core} polls recording:rx=1000:0", lines);
        Assert.Contains("8 pollmode: stopped after 1000 packets received, 1000 sent, 0 dropped", lines);
    }

    [Fact]
    public async Task An_engine_runs_without_any_logging()
    {
        var services = new ServiceCollection();
        services.AddSingleton<Microsoft.Extensions.Hosting.IHostApplicationLifetime, NoLifetime>();
        services.AddPollMode(TestHost.Small).AddDriver<RecordingDriver>("recording");
        await using ServiceProvider provider = services.BuildServiceProvider();
        Engine engine = provider.GetRequiredService<Engine>();
        engine.Open();
        engine.Start();
        await engine.Completion.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1000, engine.Statistics.TxPackets);
    }

    private sealed class NoLifetime : Microsoft.Extensions.Hosting.IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping => default;

        public CancellationToken ApplicationStopped => default;

        public void StopApplication()
        {
        }
    }
}
