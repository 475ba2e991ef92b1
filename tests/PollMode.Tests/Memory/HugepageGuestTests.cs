using System.Text.RegularExpressions;
using PollMode.Testing;
using Xunit;

namespace PollMode.Tests;

/// <summary>
/// The tests of hugepages again, in a guest that has a page of 1 GiB, pages of 2 MiB for nobody else and transparent ones by advice:
/// where the host has no such page, or its kernel or somebody beside the tests has the others, this is where every rung is seen.
/// </summary>
public sealed class HugepageGuestTests
{
    [Fact]
    public void Every_rung_of_the_ladder_is_taken_in_a_guest_that_has_them_all()
    {
        GuestRequires.Kernel();
        string program = Path.ChangeExtension(typeof(HugepageGuestTests).Assembly.Location, null);

        // A whole aligned GiB beside what the kernel itself takes: four of them.
        using var guest = Guest.Boot(string.Empty, 0, megabytes: 4096, pages: "hugepagesz=1G hugepages=1 hugepagesz=2M hugepages=96");
        guest.Run("echo madvise > /sys/kernel/mm/transparent_hugepage/enabled; grep -qx 1 /sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages");
        string before = guest.Run("grep -E 'HugePages_(Total|Free|Rsvd)' /proc/meminfo");
        string output = guest.Run($"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 {program} --filter-class '*.{nameof(HugepageTests)}' --output Detailed --progress off --no-ansi > tests 2>&1; e=$?; cat tests; (exit $e)");
        Assert.True(output.Contains($"passed PollMode.Tests.{nameof(HugepageTests)}.{nameof(HugepageTests.A_page_of_one_GiB_is_cut_into_512_slabs_and_goes_back_whole)} (", StringComparison.Ordinal), output);
        Assert.True(Regex.IsMatch(output, @"total: 12\s+failed: 0\s+succeeded: 12\s+skipped: 0\s"), output);
        Assert.Equal(before, guest.Run("grep -E 'HugePages_(Total|Free|Rsvd)' /proc/meminfo"));
        guest.Run("grep -qx 1 /sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages");
    }
}
