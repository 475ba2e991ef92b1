using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PollMode;
using PollMode.Drivers.Software;
using PollMode.Examples.Embedded;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
{
    Args = args,
    ContentRootPath = AppContext.BaseDirectory,
});

// Packets come out of the engine by a tap. It is drop-oldest: a reader that is late sees what happens now.
builder.Services.AddSingleton(new PacketTap(new PacketTapOptions { BackPressure = TapBackPressure.DropOldest }));

builder.Services.AddPollMode(builder.Configuration.GetSection("PollMode"))
    .AddDrivers(drivers => drivers.AddSoftwareDrivers())
    .UsePipeline((services, pipeline) => pipeline
        .Use<OneInAThousand>()
        .Use(services.GetRequiredService<PacketTap>().CreateStage));

builder.Services.AddHostedService<FrameReader>();
try
{
    await builder.Build().RunAsync();
    return Environment.ExitCode;
}
catch (Exception fault) when (fault is PollModeException or OptionsValidationException)
{
    // Wrong configuration is one sentence with the remedy, not a stack trace.
    Console.Error.WriteLine(fault.Message);
    return 1;
}
