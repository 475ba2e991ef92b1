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

    [Theory]
    [InlineData("af_packet")]
    [InlineData("af_xdp")]
    public void What_the_kernel_drops_and_doubles_is_found_exactly(string driver)
    {
        Pass("numgen inc mod 10 == 3 counter name lost drop", "numgen inc mod 7 == 5 counter name doubled dup to \"b1\"");
        JsonElement report = Json("--tx", $"{driver}:a0", "--rx", $"{driver}:a1", "--rate", "10kpps", "--packets", "10000", "--verify", "frame");
        long received = KernelCount("b0");
        Assert.Equal((10_000, 10_000), (report.Count("sent"), report.Count("port_packets")));
        long otherwise = LostOtherwise(report);

        // What is lost besides may be a packet or its double.
        Assert.Equal(Counter("lost") + otherwise, report.Count("lost") + Counter("doubled") - report.Count("duplicated"));
        Assert.InRange(report.Count("lost"), Counter("lost"), Counter("lost") + otherwise);
        Assert.Equal((received / 10, 0, 0), (Counter("lost"), report.Count("corrupted"), report.Count("reordered")));
    }

    [Theory]
    [InlineData("--verify", "payload", "@th,96,16")]
    [InlineData("--verify", "frame", "@ll,0,16")]
    public void What_the_kernel_damages_is_found_exactly(string option, string value, string where)
    {
        // Every thirteenth frame has sixteen bits overwritten: of its signature, or of its destination address.
        Pass("counter name doubled", $"numgen inc mod 13 == 7 counter name lost {where} set 0xdead");
        JsonElement report = Json("--tx", "af_packet:a0", "--rx", "af_packet:a1", "--rate", "10kpps", "--packets", "10000", option, value);
        Assert.Equal((10_000, LostOtherwise(report), 0), (report.Count("sent"), report.Count("lost"), report.Count("foreign")));
        Assert.Equal((KernelCount("b0") / 13, Counter("lost")), (Counter("lost"), report.Count("corrupted")));
    }

    [Theory]
    [InlineData("af_packet")]
    [InlineData("af_xdp")]
    public void What_is_sent_is_what_the_kernel_at_the_other_end_has_counted(string driver)
    {
        JsonElement report = Json("--tx", $"{driver}:a0", "--tx-only", "--rate", "50kpps", "--packets", "20000", "--size", "imix", "--flows", "50");
        Assert.Equal((20_000, 20_000, 20_000), (report.Count("sent"), report.Count("port_packets"), KernelCount("b0") + KernelDrops("b0")));
    }

    [Fact]
    public void Sender_and_receiver_apart_meet_over_their_results()
    {
        Pass("numgen inc mod 100 == 42 counter name lost drop", "counter name doubled");
        string sent = Path.Combine(_folder, "tx.json");
        string received = Path.Combine(_folder, "rx.json");
        using HostCommand receiver = _tester.Start(PacketGen.Path, "--rx", "af_packet:a1", "--rx-only", "--result", received, "--idle", "adaptive");
        Assert.True(receiver.WaitForOutput("worker 0", TimeSpan.FromMinutes(1)), receiver.Output);
        (int exitCode, string output) = _tester.Run(PacketGen.Path, "--tx", "af_packet:a0", "--tx-only", "--rate", "5kpps", "--packets", "5000", "--result", sent, "--idle", "adaptive");
        Assert.True(exitCode == 0, output);
        Thread.Sleep(1000);
        receiver.Signal("INT");
        Assert.True(receiver.WaitForExit(TimeSpan.FromMinutes(1)));
        JsonElement joined = PacketGen.Json("join", sent, received);
        Assert.Equal((5000, 5000), (joined.Count("sent"), joined.Count("received") + joined.Count("lost")));
        Assert.Equal((KernelCount("b0") / 100, Counter("lost") + LostOtherwise(joined)), (Counter("lost"), joined.Count("lost")));
    }

    [Fact]
    public void A_shaped_cable_is_found_to_carry_what_it_is_shaped_to()
    {
        // Bucket and queue hold a tenth of a second, so that a machine with other work to do does not lose for the cable what it would carry.
        const double RateBits = 4e6;
        const int BucketBytes = 16 * 1024;
        const int QueueBytes = 34 * 1024;
        const double TrialSeconds = 2;
        const double Resolution = 0.05;
        const double LineBits = 8e6;
        Pass("counter name lost", "counter name doubled");
        HostCommand.Must("ip", "netns", "exec", _device.Name, "tc", "qdisc", "add", "dev", "b1", "root", "tbf", "rate", "4mbit", "burst", $"{BucketBytes}", "limit", $"{QueueBytes}");

        // The kernel counts frames without FCS. What bucket and queue hold at the end of a trial has not been lost.
        double limit = RateBits / (508 * 8);
        double resolution = LineBits / (532 * 8) * Resolution;
        double most = limit + ((BucketBytes + QueueBytes) / 508 / TrialSeconds) + resolution;
        var found = new List<(double Rate, bool LimitedBySender)>();
        for (int search = 0; search < 3; search++)
        {
            JsonElement report = Json("rfc2544", "--tx", "af_packet:a0", "--rx", "af_packet:a1", "--line", "8Mbps", "--trial", "2s", "--sizes", "512", "--tests", "throughput", "--resolution", "5");
            JsonElement throughput = report.GetProperty("benchmarks")[0].GetProperty("throughput");
            found.Add((throughput.GetProperty("packets_per_second").GetDouble(), throughput.GetProperty("limited_by_sender").GetBoolean()));

            // Never more than there is, however busy the machine.
            Assert.InRange(found[^1].Rate, 0, most);
            if (found[^1].Rate >= limit - resolution)
            {
                return;
            }
        }

        string rates = string.Join(", ", found.Select(each => $"{each.Rate:0}"));
        Assert.SkipWhen(found.TrueForAll(each => each.LimitedBySender), $"needs a machine that sends two thousand packets a second without being held up; this one found {rates} pps of {limit:0}, and said each time that its sender was the limit");
        Assert.Fail($"The cable carries {limit:0} pps; found were {rates}.");
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

    /// <summary>
    /// What a busy machine lost besides, and has counted: the receiver for want of a processor, the kernel because its backlog, which all
    /// devices of a processor share, was full.
    /// </summary>
    private long LostOtherwise(JsonElement report) => report.Count("receiver_dropped") + KernelDrops("b0") + KernelDrops("a1");

    private long KernelCount(string device) => Received(device).GetProperty("packets").GetInt64();

    private long KernelDrops(string device) => Received(device).GetProperty("dropped").GetInt64();

    private JsonElement Received(string device) =>
        JsonDocument.Parse((device[0] == 'a' ? _tester : _device).Ip("-s", "-j", "link", "show", "dev", device)).RootElement[0].GetProperty("stats64").GetProperty("rx");
}
