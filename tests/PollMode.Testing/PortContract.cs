using Xunit;

namespace PollMode.Testing;

/// <summary>
/// What every port keeps, whatever driver or decorator it is of. Each test gets a port of its own; after each the port is closed and every
/// buffer of both pools must be home.
/// </summary>
public abstract partial class PortContract
{
    /// <summary>The drivers that the specs name.</summary>
    protected abstract DriverRegistry Drivers { get; }

    /// <summary>Opens the port under test.</summary>
    protected abstract PortHarness Open();

    /// <summary>A spec of this kind of port that has one more key for the driver or decorator under test.</summary>
    protected abstract string SpecWith(string keyAndValue);

    [Fact]
    public void Capabilities_make_sense() => Run(harness =>
    {
        PortCapabilities can = harness.Port.Capabilities;
        Assert.True(can.RxQueues >= 0 && can.TxQueues >= 0 && (can.RxQueues > 0 || can.TxQueues > 0));
        Assert.InRange(can.MaxFrameBytes, 60, int.MaxValue);
        Assert.Equal(0UL, can.MacAddress >> 48);
        Assert.NotEmpty(harness.Port.Name);
        Assert.Equal(LinkState.Up, harness.Port.Link);
        Assert.All(harness.Port.Report, line => Assert.False(string.IsNullOrWhiteSpace(line)));
        Assert.NotEqual(RxQueueLife.Ended, harness.Rx.Life);
        Assert.InRange(harness.Rx.PollFileDescriptor, -1, int.MaxValue);
    });

    [Fact]
    public void An_unknown_key_is_refused_with_those_that_are_known()
    {
        var options = new EngineOptions { Ports = [SpecWith("no_such_key=1")], LargestPages = PageKind.Small4KiB, Workers = 1 };
        using var engine = new Engine(options, Drivers);
        string message = Assert.Throws<PollModeException>(engine.Open).Message;
        string name = SpecWith("no_such_key=1").Split(':')[0];
        IReadOnlyList<PortOption> known = Drivers.Decorators.FirstOrDefault(each => each.Name == name)?.Options ?? Drivers.Drivers.First(each => each.Name == name).Options;
        Assert.Contains("no_such_key", message, StringComparison.Ordinal);
        Assert.All(known, option => Assert.Contains(option.Key, message, StringComparison.Ordinal));
        Assert.All(known, option => Assert.NotEmpty(option.Help));
    }

    [Fact]
    public void A_queue_is_opened_once_and_must_exist() => Run(harness =>
    {
        Assert.Throws<PollModeException>(() => harness.Port.OpenRxQueue(0, harness.Memory.Pool));
        Assert.Throws<PollModeException>(() => harness.Port.OpenTxQueue(0, harness.Memory.Pool));
        Assert.Throws<PollModeException>(() => harness.Port.OpenRxQueue(harness.Port.Capabilities.RxQueues, harness.Memory.Pool));
        Assert.Throws<PollModeException>(() => harness.Port.OpenTxQueue(-1, harness.Memory.Pool));
    });

    [Fact]
    public void Counters_are_named_well_and_read_after_closing_too() => Run(harness =>
    {
        var open = new List<PortCounter>();
        harness.Port.CollectCounters(open);
        Assert.All(open, counter => Assert.Matches("^[a-z][a-z0-9_]*$", counter.Name));
        Assert.Equal(open.Count, open.Select(counter => counter.Name).Distinct(StringComparer.Ordinal).Count());

        Move(harness, 200);
        harness.Close();
        var closed = new List<PortCounter>();
        harness.Port.CollectCounters(closed);
        Assert.Equal(open.Select(counter => counter.Name), closed.Select(counter => counter.Name), StringComparer.Ordinal);
        Assert.True(harness.Rx.Counters.Packets > 0);
        _ = harness.Port.Link;
        _ = harness.Port.Report;
    });

    [Fact]
    public void Closing_twice_closes_once() => Run(harness =>
    {
        harness.Port.Dispose();
        harness.Port.Dispose();
    });

    [Fact]
    public void Closing_with_packets_inside_brings_them_home() => Run(harness =>
    {
        harness.Feed(TestFrames.MakeMany(100));
        SendAll(harness, 100);
        harness.Port.Dispose();
    });

    [Fact]
    public void Many_ports_one_after_the_other_leave_nothing_open()
    {
        Run(harness => Move(harness, 64));
        int before = OpenDescriptors();
        const int Rounds = 16;
        for (int i = 0; i < Rounds; i++)
        {
            Run(harness => Move(harness, 64));
        }

        // Each port that left a descriptor open would add one; the runtime itself may add a few.
        Assert.True(OpenDescriptors() - before < Rounds / 2, "closed ports have left file descriptors open");
    }

    /// <summary>Runs a test on a port of its own, closes it and looks whether everything came home.</summary>
    protected void Run(Action<PortHarness> test)
    {
        ArgumentNullException.ThrowIfNull(test);
        using PortHarness harness = Open();
        test(harness);
        harness.Close();
        harness.Memory.AssertAllHome();
        harness.Memory.Dispose();
        Assert.True(SpinWait.SpinUntil(() => harness.Memory.Arena.SlabsMapped == harness.Memory.Arena.SlabsUnmapped, Patience), "the arena still has slabs mapped");
    }

    private static int OpenDescriptors() => Directory.GetFiles("/proc/self/fd").Length;
}
