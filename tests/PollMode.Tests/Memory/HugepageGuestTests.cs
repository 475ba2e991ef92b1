using System.Text.RegularExpressions;
using PollMode.Testing;
using Xunit;

namespace PollMode.Tests;

/// <summary>
/// The tests of hugepages and of NUMA nodes again, in a guest that has a page of 1 GiB, pages of 2 MiB for nobody else, transparent ones by advice,
/// and two nodes: where the host has no such page, or its kernel or somebody beside the tests has the others, this is where every rung is seen.
/// </summary>
public sealed class HugepageGuestTests
{
    [Fact]
    public void Every_rung_of_the_ladder_is_taken_in_a_guest_that_has_them_all()
    {
        GuestRequires.Kernel();
        string program = Path.ChangeExtension(typeof(HugepageGuestTests).Assembly.Location, null);

        // A whole aligned GiB beside what the kernel itself takes: four of them.
        using var guest = Guest.Boot(string.Empty, 0, megabytes: 4096, pages: "hugepagesz=1G hugepages=1 hugepagesz=2M hugepages=96", nodes: 2);
        guest.Run("echo madvise > /sys/kernel/mm/transparent_hugepage/enabled; grep -qx 1 /sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages");
        string before = guest.Run("grep -E 'HugePages_(Total|Free|Rsvd)' /proc/meminfo");
        string output = guest.Run($"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 {program} --filter-class '*.{nameof(HugepageTests)}' '*.{nameof(NumaTests)}' --output Detailed --progress off --no-ansi > tests 2>&1; e=$?; cat tests; (exit $e)");
        Assert.True(output.Contains($"passed PollMode.Tests.{nameof(HugepageTests)}.{nameof(HugepageTests.A_page_of_one_GiB_is_cut_into_512_slabs_and_goes_back_whole)} (", StringComparison.Ordinal), output);
        Assert.True(Regex.IsMatch(output, @"total: (\d+)\s+failed: 0\s+succeeded: \1\s+skipped: 0\s"), output);
        Assert.True(Regex.Count(output, $@"passed PollMode\.Tests\.{nameof(NumaTests)}\.{nameof(NumaTests.Every_slab_lies_on_the_node_that_was_asked_for)}\(") == 4, output);
        Assert.Equal(before, guest.Run("grep -E 'HugePages_(Total|Free|Rsvd)' /proc/meminfo"));
        guest.Run("grep -qx 1 /sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages");
    }
}
