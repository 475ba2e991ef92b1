using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PollMode;
using PollMode.Examples.Isolated;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
{
    Args = args,
    ContentRootPath = AppContext.BaseDirectory,
});

// Drivers and stages are the data plane's. Where it runs is configuration: PollMode:Isolation:Mode is None, Library or Process.
builder.Services.AddPollMode(builder.Configuration.GetSection("PollMode"))
    .UseDataPlane<Plane>()
    .Configure(options => options.Cores = options.Cores.Length > 0 ? options.Cores : (Environment.ProcessorCount - 1).ToString(CultureInfo.InvariantCulture));

builder.Services.AddHostedService<Sampler>();
builder.Services.AddHostedService<Answerer>();
builder.Services.AddHostedService<Allocator>();
builder.Services.AddHostedService<Summary>();
try
{
    await builder.Build().RunAsync();
    return Environment.ExitCode;
}
catch (Exception fault) when (fault is PollModeException or OptionsValidationException)
{
    // Wrong configuration, or no data plane where one should be, is one sentence with the remedy, not a stack trace.
    Console.Error.WriteLine(fault.Message);
    return 1;
}
