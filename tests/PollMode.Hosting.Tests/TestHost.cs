using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using PollMode.Drivers.Software;
using Xunit;

namespace PollMode.Hosting.Tests;

/// <summary>A host with one engine on a recording port, small pages and a worker that rests: what most tests start from.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly IHostApplicationLifetime _lifetime;
    private readonly FakeLogCollector _logs;
    private Engine? _engine;

    internal TestHost(Action<EngineOptions>? options = null, Action<PollModeBuilder>? engine = null, Action<IServiceCollection>? services = null)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddFakeLogging();
        PollModeBuilder pollMode = builder.Services.AddPollMode(Small)
            .AddDrivers(drivers => drivers.Add(Driver).Add(new NullDriver()))
            .Configure(each => options?.Invoke(each));
        engine?.Invoke(pollMode);
        services?.Invoke(builder.Services);
        Host = builder.Build();
        _lifetime = Host.Services.GetRequiredService<IHostApplicationLifetime>();
        _logs = Host.Services.GetFakeLogCollector();
    }

    internal RecordingDriver Driver { get; } = new();

    internal IHost Host { get; }

    internal Engine Engine => _engine ??= Host.Services.GetRequiredService<Engine>();

    internal IReadOnlyList<FakeLogRecord> Logs => _logs.GetSnapshot();

    public async ValueTask DisposeAsync()
    {
        if (_lifetime.ApplicationStarted.IsCancellationRequested && !_lifetime.ApplicationStopped.IsCancellationRequested)
        {
            await Host.StopAsync(TestContext.Current.CancellationToken);
        }

        Host.Dispose();
    }

    internal static void Small(EngineOptions options)
    {
        options.Ports.Add("recording:rx=1000");
        options.LargestPages = PageKind.Small4KiB;
        options.BuffersPerWorker = 1024;
        options.Idle = IdleKind.Blocking;
    }

    internal static async Task Until(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}
