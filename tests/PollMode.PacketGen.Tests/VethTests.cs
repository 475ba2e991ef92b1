using System.Text.Json;
using PollMode.Testing;
using Xunit;

namespace PollMode.PacketGen.Tests;

/// <summary>
/// On virtual Ethernet: the kernel of another namespace passes frames from one cable to the other, and drops or doubles some by rules that
/// count them. What the kernel counted must be what is found.
/// </summary>
public sealed class VethTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("packetgen").FullName;
    private readonly HostNamespace _tester;
    private readonly HostNamespace _device;

    public VethTests()
    {
        HostRights.NeedNamespaces();
        HostRights.NeedProgram("nft");
        HostRights.NeedProgram("tc");
        _tester = new HostNamespace("gen");
        _device = new HostNamespace("dut");
        _tester.Silence();
        _device.Silence();
        _tester.Connect("a0", _device, "b0");
        _tester.Connect("a1", _device, "b1");
    }

    public void Dispose()
    {
        _tester?.Dispose();
        _device?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_the_kernel_drops_and_doubles_is_found_exactly()
    {
        Pass("numgen inc mod 10 == 3 counter name lost drop", "numgen inc mod 7 == 5 counter name doubled dup to \"b1\"");
        JsonElement report = Json("--tx", "af_packet:a0", "--rx", "af_packet:a1", "--rate", "10kpps", "--packets", "10000", "--verify", "frame");
        Assert.Equal((10_000, 10_000), (report.Count("sent"), KernelCount("b0")));
        Assert.Equal((Counter("lost"), Counter("doubled")), (report.Count("lost"), report.Count("duplicated")));
        Assert.Equal((1000, 0, 0), (report.Count("lost"), report.Count("corrupted"), report.Count("reordered")));
    }

    [Fact]
    public void Sender_and_receiver_apart_meet_over_their_results()
    {
        Pass("numgen inc mod 100 == 42 counter name lost drop", "counter name doubled");
        string sent = Path.Combine(_folder, "tx.json");
        string received = Path.Combine(_folder, "rx.json");
        using HostCommand receiver = _tester.Start(PacketGen.Path, "--rx", "af_packet:a1", "--rx-only", "--result", received, "--idle", "adaptive");
        Assert.True(receiver.WaitForOutput("worker 0", TimeSpan.FromMinutes(1)), receiver.Output);
        (int exitCode, string output) = _tester.Run(PacketGen.Path, "--tx", "af_packet:a0", "--tx-only", "--rate", "10kpps", "--packets", "5000", "--result", sent, "--idle", "adaptive");
        Assert.True(exitCode == 0, output);
        Thread.Sleep(1000);
        receiver.Signal("INT");
        Assert.True(receiver.WaitForExit(TimeSpan.FromMinutes(1)));
        JsonElement joined = PacketGen.Json("join", sent, received);
        Assert.Equal((5000, 4950, 50), (joined.Count("sent"), joined.Count("received"), joined.Count("lost")));
    }

    [Fact]
    public void A_shaped_cable_is_found_to_carry_what_it_is_shaped_to()
    {
        Pass("counter name lost", "counter name doubled");
        HostCommand.Must("ip", "netns", "exec", _device.Name, "tc", "qdisc", "add", "dev", "b1", "root", "tbf", "rate", "20mbit", "burst", "4kb", "limit", "60000");
        JsonElement report = Json("rfc2544", "--tx", "af_packet:a0", "--rx", "af_packet:a1", "--line", "40Mbps", "--trial", "1s", "--sizes", "512", "--tests", "pdr", "--resolution", "10");
        double found = report.GetProperty("benchmarks")[0].GetProperty("partial_drop").GetProperty("packets_per_second").GetDouble();

        // The kernel counts frames without FCS. Bucket and queue pass 64 kB more, in one second 2.6 %; half a
        // percent may be lost. More is never found; less is, when the machine is too busy to send without stalls, which the cable punishes.
        double limit = 20e6 / (508 * 8);
        double resolution = 40e6 / (532 * 8) * 0.1;
        Assert.InRange(found, 0, (limit * 1.035) + resolution);
        TestContext.Current.TestOutputHelper?.WriteLine($"limit {limit:0} pps, found {found:0} pps");
    }

    private JsonElement Json(params string[] arguments)
    {
        (int exitCode, string output) = _tester.Run(PacketGen.Path, [.. arguments, "--json", "--idle", "adaptive"]);
        Assert.True(exitCode == 0, output);
        return JsonDocument.Parse(output).RootElement;
    }

    /// <summary>Has the device pass what comes by b0 on by b1, after two rules.</summary>
    private void Pass(string first, string second)
    {
        string rules = Path.Combine(_folder, "rules.nft");
        File.WriteAllText(rules, $$"""
            table netdev t {
              counter lost { }
              counter doubled { }
              chain c {
                type filter hook ingress device "b0" priority 0; policy accept;
                {{first}}
                {{second}}
                fwd to "b1"
              }
            }
            """);
        (int exitCode, string output) = _device.Run("nft", "-f", rules);
        Assert.SkipUnless(exitCode == 0, $"needs nftables that forward at ingress: {output}");
    }

    private long Counter(string name)
    {
        (_, string output) = _device.Run("nft", "-j", "list", "counter", "netdev", "t", name);
        return JsonDocument.Parse(output).RootElement.GetProperty("nftables").EnumerateArray().Last().GetProperty("counter").GetProperty("packets").GetInt64();
    }

    private long KernelCount(string device) =>
        JsonDocument.Parse(_device.Ip("-s", "-j", "link", "show", "dev", device)).RootElement[0].GetProperty("stats64").GetProperty("rx").GetProperty("packets").GetInt64();
}
