using System.Diagnostics;
using PollMode.Drivers.AfXdp.Bpf;
using PollMode.Drivers.AfXdp.Native;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>Processes that are killed, and such as fight for the same queue: nothing of theirs is left in the kernel.</summary>
public sealed class CrashTests
{
    /// <summary>A map of sockets, a program, a link; and a map of gates where the device copies.</summary>
    private static int ObjectsOfAPort => Testbed.IsVeth ? 4 : 3;

    [Fact]
    public void After_a_kill_nothing_is_attached_and_the_kernel_has_its_traffic_back()
    {
        Requires.Tools("ping");
        using var bed = new Testbed();
        Shell.Run($"ip -n {bed.Middle} addr add 10.9.0.9/24 dev m0");
        var objects = new List<(string Kind, uint Id)>();
        for (int round = 0; round < 50; round++)
        {
            using Process child = ChildProcess.Start($"{FaultTests.Spec},promiscuous=true,{bed.Keys}");
            objects.AddRange(LeakCheck.BpfObjects(child.Id));
            if (round % 10 == 0)
            {
                Assert.Contains("xdp", Shell.Run($"ip -n {bed.Middle} link show m0"), StringComparison.Ordinal);
                Assert.Contains("promiscuity 1", Shell.Run($"ip -n {bed.Middle} -d link show m0"), StringComparison.Ordinal);
            }

            child.Kill();
            child.WaitForExit();
        }

        FaultTests.WaitUntil(() => !Shell.Run($"ip -n {bed.Middle} link show m0").Contains("xdp", StringComparison.Ordinal));
        Assert.Contains("promiscuity 0", Shell.Run($"ip -n {bed.Middle} -d link show m0"), StringComparison.Ordinal);
        Assert.Contains("2 received", Testbed.In(bed.Left, "ping -c 2 -i 0.1 -W 5 10.9.0.9"), StringComparison.Ordinal);

        // The kernel gives up their numbers when the last hold on them is gone.
        Assert.Equal(50 * ObjectsOfAPort, objects.Distinct().Count());
        FaultTests.WaitUntil(() => !objects.Exists(each => Exists(each.Kind, each.Id)));
    }

    [Fact]
    public void Of_programs_that_fight_for_a_queue_one_wins_and_nothing_is_left_of_the_others()
    {
        using var bed = new Testbed();
        for (int round = 0; round < 5; round++)
        {
            Process[] children = [.. Enumerable.Range(0, 3).Select(_ => ChildProcess.Launch($"{FaultTests.Spec},{bed.Keys}"))];
            string[] answers = [.. children.Select(child => child.StandardOutput.ReadLine() ?? string.Empty)];
            Assert.Single(answers, "open");
            Assert.All(answers.Where(answer => answer != "open"), answer => Assert.Contains("it carries the XDP program 'pollmode'", answer, StringComparison.Ordinal));

            // Nobody takes it from the winner, not even the administrator by a slip.
            Assert.NotEqual(0, Shell.TryRun($"ip -n {bed.Middle} link set m0 xdp off").Code);
            List<(string Kind, uint Id)> objects = LeakCheck.BpfObjects(children[Array.IndexOf(answers, "open")].Id);
            Assert.Equal(ObjectsOfAPort, objects.Count);
            foreach (Process child in children)
            {
                child.Kill();
                child.WaitForExit();
                child.Dispose();
            }

            FaultTests.WaitUntil(() => !objects.Exists(each => Exists(each.Kind, each.Id)));
        }

        using var port = new PortUnderTest(bed, FaultTests.Spec);
        Assert.Equal(10, port.SendAll([.. Enumerable.Range(0, 10).Select(_ => port.Make(FaultTests.Frame()))]));
        port.CloseAndCheck();
    }

    private static bool Exists(string kind, uint id)
    {
        using FileDescriptor? file = BpfSystem.TryOpenById(
            kind switch { "map" => BpfCommand.MapGetById, "link" => BpfCommand.LinkGetById, _ => BpfCommand.ProgramGetById }, id);
        return file != null;
    }
}
