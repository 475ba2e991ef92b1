using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PollMode.Drivers.Software;
using Xunit;

namespace PollMode.Hosting.Tests;

public sealed class OptionsTests
{
    [Fact]
    public async Task Options_that_are_out_of_range_stop_the_host_with_sentences()
    {
        await using var test = new TestHost(options =>
        {
            options.BurstSize = 1000;
            options.Cores = "2-";
        });
        OptionsValidationException fault = await Assert.ThrowsAsync<OptionsValidationException>(() => test.Host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("Engine 'pollmode': BurstSize is 1000; choose from 1 to 256 packets.", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Engine 'pollmode': Cores: '2-' in the core list '2-' is not a CPU or a range", fault.Message, StringComparison.Ordinal);
        Assert.Empty(test.Driver.Events);
    }

    [Fact]
    public async Task An_unknown_driver_stops_the_host_with_the_known_ones()
    {
        await using var test = new TestHost(options => options.Ports.Add("af_xpd:eth0"));
        PollModeException fault = await Assert.ThrowsAsync<PollModeException>(() => test.Host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("'af_xpd'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("null, recording", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_binds_lists_numbers_and_enumerations()
    {
        using IHost host = HostOf(
            """
            {
              "Ports": [ "null:size=128", "null:rx=0" ], "Egress": [ 1, -1 ], "Cores": "0-1", "BurstSize": 32, "Idle": "blocking",
              "StageFaults": "StopEngine", "LargestPages": "Huge2MiB", "SmallestPages": "Small4KiB", "NumaNode": 0, "BuffersPerWorker": 2048,
              "StopHostWhenCompleted": true, "StopHostOnFault": false, "DrainTimeout": "00:00:02.5"
            }
            """);
        EngineOptions options = host.Services.GetRequiredService<IOptionsMonitor<EngineOptions>>().Get("pollmode");
        Assert.Equal(["null:size=128", "null:rx=0"], options.Ports);
        Assert.Equal([1, -1], options.Egress);
        Assert.Equal("0-1", options.Cores);
        Assert.Equal(32, options.BurstSize);
        Assert.Equal(IdleKind.Blocking, options.Idle);
        Assert.Equal(StageFaultPolicy.StopEngine, options.StageFaults);
        Assert.Equal(PageKind.Huge2MiB, options.LargestPages);
        Assert.Equal(0, options.NumaNode);
        Assert.Equal(2048, options.BuffersPerWorker);
        Assert.Equal("pollmode", options.Name);

        EngineHostOptions hosting = host.Services.GetRequiredService<IOptionsMonitor<EngineHostOptions>>().Get("pollmode");
        Assert.True(hosting.StopHostWhenCompleted);
        Assert.False(hosting.StopHostOnFault);
        Assert.Equal(TimeSpan.FromSeconds(2.5), hosting.DrainTimeout);
    }

    [Fact]
    public async Task A_misspelt_key_stops_the_host_and_lists_the_known_ones()
    {
        using IHost host = HostOf("""{ "Ports": [ "null" ], "BurstSzie": 32 }""");
        OptionsValidationException fault = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("no key 'BurstSzie'; it knows Name, Ports,", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Idle", "Sleepy")]
    [InlineData("BurstSize", "many")]
    public async Task A_value_of_the_wrong_kind_stops_the_host_and_is_named(string key, string value)
    {
        using IHost host = HostOf($$"""{ "Ports": [ "null" ], "{{key}}": "{{value}}" }""");
        Exception fault = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains($"'{value}' at 'PollMode:{key}'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_option_is_a_known_key()
    {
        string json = string.Join(", ", typeof(EngineOptions).GetProperties().Concat(typeof(EngineHostOptions).GetProperties()).Select(property => $"\"{property.Name}\": null"));
        using IHost host = HostOf($"{{ {json} }}");
        OptionsValidationException fault = Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IOptionsMonitor<EngineOptions>>().Get("pollmode"));
        Assert.DoesNotContain("no key", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Ports is empty", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_engines_of_one_name_are_refused()
    {
        var services = new ServiceCollection();
        services.AddPollMode();
        InvalidOperationException fault = Assert.Throws<InvalidOperationException>(() => services.AddPollMode());
        Assert.Contains("'pollmode'", fault.Message, StringComparison.Ordinal);
    }

    private static IHost HostOf(string section)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "PollMode": {{section}} }""")));
        builder.Services.AddPollMode(builder.Configuration.GetSection("PollMode")).AddDriver<NullDriver>();
        return builder.Build();
    }
}
