using PollMode.Drivers.Software;
using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.Traffic.Tests;

/// <summary>What a port says of itself must not end at a decorator.</summary>
public sealed class DecoratorTests
{
    private static readonly DriverRegistry Registry = new DriverRegistry().AddSoftwareDrivers().AddTrafficDrivers();

    public static TheoryData<string> Decorators => [.. Registry.Decorators.Select(decorator => decorator.Name)];

    [Theory]
    [MemberData(nameof(Decorators))]
    public void Faults_reports_counters_and_the_link_pass_through_every_decorator(string name)
    {
        using var memory = new PoolHarness();
        string file = Path.GetTempFileName();
        try
        {
            string spec = name is "capture" or "trace" ? $"{name}:file={file}" : name is "pace" ? "pace:speed=1" : name;
            using IPort port = Registry.Decorators.Single(decorator => decorator.Name == name).Wrap(new TalkativePort(), PortSpec.Parse(spec), TestPorts.Context(memory));
            Assert.Contains("broke off", port.Faults);
            Assert.Contains("got less", port.Report);
            Assert.Equal(LinkState.Down, port.Link);
            Assert.True(port.Capabilities.ZeroCopy);
            var counters = new List<PortCounter>();
            port.CollectCounters(counters);
            Assert.Contains(new PortCounter("said", 7), counters);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private sealed class TalkativePort : IPort
    {
        public string Name => "talkative";

        public PortCapabilities Capabilities { get; } = new() { RxQueues = 1, TxQueues = 1, MaxFrameBytes = 1518, ZeroCopy = true };

        public LinkState Link => LinkState.Down;

        public IReadOnlyList<string> Report => ["got less"];

        public IReadOnlyList<string> Faults => ["broke off"];

        public IRxQueue OpenRxQueue(int queue, Mempool pool) => throw new NotSupportedException();

        public ITxQueue OpenTxQueue(int queue, Mempool pool) => throw new NotSupportedException();

        public void CollectCounters(ICollection<PortCounter> counters) => counters.Add(new PortCounter("said", 7));

        public void Dispose()
        {
        }
    }
}
