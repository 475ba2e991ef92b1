using System.Globalization;
using System.Runtime.InteropServices;
using PollMode.Linux;
using Xunit;

namespace PollMode.Tests;

/// <summary>Changes how many hugepages the host has, so nothing else runs meanwhile; the old number is put back.</summary>
[CollectionDefinition(nameof(HugepageTests), DisableParallelization = true)]
[Collection(nameof(HugepageTests))]
public sealed partial class HugepageTests : IDisposable
{
    private const int PR_SET_THP_DISABLE = 41;
    private const string OneGiB = "/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages";
    private const string Reserved = "/proc/sys/vm/nr_hugepages";

    private readonly string _before = File.Exists(Reserved) ? File.ReadAllText(Reserved).Trim() : string.Empty;
    private (nint Address, nuint Bytes) _promised;
    private bool _changed;

    public void Dispose()
    {
        if (_changed)
        {
            File.WriteAllText(Reserved, _before);
        }

        if (_promised.Bytes != 0)
        {
            Assert.Equal(0, LibC.Munmap(_promised.Address, _promised.Bytes));
        }
    }

    [Fact]
    public void Disposed_pools_give_back_every_hugepage()
    {
        Reserve(16);
        long free = Free();
        var arena = new Arena(new ArenaOptions { LimitBytes = 16L << 20, LargestPages = PageKind.Huge2MiB, SmallestPages = PageKind.Huge2MiB });
        var first = new Mempool(arena, new MempoolOptions { Buffers = 2048, LimitBuffers = 4096 });
        var second = new Mempool(arena, new MempoolOptions { Buffers = 4096 });
        Assert.Equal(free - 6, Free());
        Packet[] packets = TestMemory.Rent(first, 3000);
        Assert.Equal((free - 7, MempoolState.Direct), (Free(), first.State));
        Assert.Contains("7 slab(s) of 2 MiB on 2-MiB hugepages", arena.Report, StringComparer.Ordinal);
        second.Dispose();
        Assert.Equal(free - 3, Free());
        first.Dispose();
        Assert.Equal(free - 3, Free());
        TestMemory.Elsewhere(() => Mempool.Free(packets));
        Assert.True(first.WaitUntilFreed(TimeSpan.FromSeconds(30)));
        Assert.Equal(free, Free());
        arena.Dispose();
        Assert.Equal((7, 7), (arena.SlabsMapped, arena.SlabsUnmapped));
    }

    [Fact]
    public void A_filled_arena_gives_back_every_hugepage_at_its_end()
    {
        Reserve(16);
        long free = Free();
        var arena = new Arena(new ArenaOptions { LimitBytes = 8L << 20, LargestPages = PageKind.Huge2MiB, SmallestPages = PageKind.Huge2MiB });
        arena.Fill();
        Assert.Equal(free - 4, Free());
        new Mempool(arena, new MempoolOptions { Buffers = 4096 }).Dispose();
        Assert.Equal(free - 4, Free());
        arena.Dispose();
        Assert.Equal(free, Free());
    }

    [Fact]
    public void When_hugepages_run_out_the_rest_comes_in_smaller_pages_and_that_is_said()
    {
        int spare = Reserve(16, exactly: 2);
        var arena = new Arena(new ArenaOptions { LimitBytes = 16L << 20, LargestPages = PageKind.Huge2MiB });
        var pool = new Mempool(arena, new MempoolOptions { Buffers = 4096 });
        Assert.Equal(4096, pool.Capacity);
        Assert.Contains(arena.Report, line => line.StartsWith($"no more 2-MiB hugepages after {spare} slab(s): ENOMEM", StringComparison.Ordinal));
        Assert.Contains($"{spare} slab(s) of 2 MiB on 2-MiB hugepages", arena.Report, StringComparer.Ordinal);
        Assert.Contains(arena.Report, line => line.StartsWith($"{4 - spare} slab(s) of 2 MiB on ", StringComparison.Ordinal) && !line.Contains("hugepages", StringComparison.Ordinal));
        pool.Dispose();
        arena.Dispose();
    }

    [Theory]
    [InlineData(PageKind.Huge1GiB, PageKind.Small4KiB, 2L << 30)]
    [InlineData(PageKind.Huge2MiB, PageKind.Small4KiB, 4L << 20)]
    [InlineData(PageKind.Huge2MiB, PageKind.TransparentHuge, 4L << 20)]
    [InlineData(PageKind.TransparentHuge, PageKind.Small4KiB, 4L << 20)]
    [InlineData(PageKind.Small4KiB, PageKind.Small4KiB, 4L << 20)]
    public void Without_hugepages_the_ladder_is_climbed_down_aloud(PageKind largest, PageKind smallest, long limit)
    {
        Reserve(0, exactly: 0);
        Promise();
        bool transparent = !File.ReadAllText("/sys/kernel/mm/transparent_hugepage/enabled").Contains("[never]", StringComparison.Ordinal);
        Assert.SkipUnless(smallest == PageKind.Small4KiB || transparent, "transparent huge pages are off");
        var arena = new Arena(new ArenaOptions { LimitBytes = limit, LargestPages = largest, SmallestPages = smallest });
        var pool = new Mempool(arena, new MempoolOptions { Buffers = 2048 });
        string[] expected =
        [
            .. largest <= PageKind.Huge1GiB ? [$"no 1-GiB hugepages after 0 slab(s){(_promised.Bytes != 0 ? ": ENOMEM" : string.Empty)}"] : Array.Empty<string>(),
            .. largest <= PageKind.Huge2MiB ? ["no 2-MiB hugepages after 0 slab(s): ENOMEM"] : Array.Empty<string>(),
            .. largest <= PageKind.TransparentHuge && !transparent ? ["no transparent huge pages after 0 slab(s)"] : Array.Empty<string>(),
            largest <= PageKind.TransparentHuge && transparent ? "2 slab(s) of 2 MiB on transparent huge pages" : "2 slab(s) of 2 MiB on 4-KiB pages",
        ];
        Assert.Equal(expected.Length, arena.Report.Count);
        Assert.All(expected.Zip(arena.Report), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
        pool.Dispose();
        arena.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Transparent_huge_pages_are_said_if_the_kernel_gave_them(bool refused)
    {
        Assert.SkipUnless(File.ReadAllText("/sys/kernel/mm/transparent_hugepage/enabled").Contains("[madvise]", StringComparison.Ordinal), "transparent huge pages are not by advice here");
        Assert.SkipUnless(Prctl(PR_SET_THP_DISABLE, refused ? 1u : 0u, 0, 0, 0) == 0, "the kernel does not let a process do without them");
        try
        {
            using var memory = new TestMemory(slabs: 3, pages: PageKind.TransparentHuge);
            memory.Pool(3072);
            string all = string.Join("; ", memory.Arena.Report);
            if (refused)
            {
                Assert.StartsWith("3 slab(s) of 2 MiB on 4-KiB pages, where the kernel was asked for transparent huge pages and had none", all, StringComparison.Ordinal);
            }
            else
            {
                // As many as it had at hand: whatever that is, it is three in all.
                Assert.Equal(3, memory.Arena.Report.Sum(line => int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture)));
                Assert.Contains("on transparent huge pages", all, StringComparison.Ordinal);
            }
        }
        finally
        {
            _ = Prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
        }
    }

    [Fact]
    public void A_page_of_one_GiB_is_cut_into_512_slabs_and_goes_back_whole()
    {
        Assert.SkipUnless(File.Exists(OneGiB) && FreeOf(OneGiB) > 0, "the host has no free hugepage of 1 GiB (boot with 'hugepagesz=1G hugepages=N')");
        long free = FreeOf(OneGiB);
        var arena = new Arena(new ArenaOptions { LimitBytes = 1L << 30, LargestPages = PageKind.Huge1GiB, SmallestPages = PageKind.Huge1GiB });
        var first = new Mempool(arena, new MempoolOptions { Buffers = 1024 });
        var second = new Mempool(arena, new MempoolOptions { Buffers = 511 * 1024 });
        Assert.Equal((free - 1, 512), (FreeOf(OneGiB), arena.SlabsMapped));
        Assert.Contains("512 slab(s) of 2 MiB on 1-GiB hugepages", arena.Report, StringComparer.Ordinal);
        second.Dispose();
        first.Dispose();
        Assert.Equal(free - 1, FreeOf(OneGiB));
        arena.Dispose();
        Assert.Equal(free, FreeOf(OneGiB));
    }

    [Fact]
    public void Required_hugepages_that_are_missing_are_an_error_with_the_remedy()
    {
        Reserve(0, exactly: 0);
        var arena = new Arena(new ArenaOptions { LimitBytes = 8L << 20, SmallestPages = PageKind.Huge2MiB });
        string message = Assert.Throws<PollModeException>(() => new Mempool(arena, new MempoolOptions())).Message;
        Assert.Contains("no 2-MiB hugepages after 0 slab(s): ENOMEM", message, StringComparison.Ordinal);
        Assert.Contains("sysctl vm.nr_hugepages=N", message, StringComparison.Ordinal);
        Assert.Contains("no 2-MiB hugepages", Assert.Throws<PollModeException>(arena.Fill).Message, StringComparison.Ordinal);
        arena.Dispose();
    }

    private static long FreeOf(string file) => long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Prctl(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    private static long Free() => Read("HugePages_Free:");

    private static long Read(string key) => long.Parse(
        File.ReadLines("/proc/meminfo").First(line => line.StartsWith(key, StringComparison.Ordinal))[key.Length..].Trim(),
        CultureInfo.InvariantCulture);

    /// <summary>Has the kernel promise the free hugepages of 1 GiB to a mapping that touches none, for once given away they may never be got together again.</summary>
    private void Promise()
    {
        nuint bytes = File.Exists(OneGiB) ? (nuint)FreeOf(OneGiB) << 30 : 0;
        nint address = bytes == 0 ? 0 : LibC.Mmap(0, bytes, LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_HUGETLB | LibC.MAP_HUGE_1GB, -1, 0);
        Assert.SkipUnless(address != LibC.MAP_FAILED, "somebody else has been promised the free hugepages of 1 GiB");
        _promised = (address, bytes);
    }

    /// <summary>Sees to at least so many free hugepages, or to a given number, beside those that other processes use.</summary>
    private int Reserve(int atLeast, int? exactly = null)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists(Reserved), "needs root to reserve hugepages in /proc/sys/vm/nr_hugepages");
        _changed = true;
        try
        {
            File.WriteAllText(Reserved, $"{Math.Max(Read("HugePages_Total:") - Free() + (exactly ?? atLeast), exactly == null ? long.Parse(_before, CultureInfo.InvariantCulture) : 0)}");
        }
        catch (IOException)
        {
            Assert.Skip("the kernel lets nobody change /proc/sys/vm/nr_hugepages here");
        }

        long free = Free();
        Assert.SkipUnless(exactly is { } number ? free == number : free >= atLeast, $"the host has {free} free hugepages after {exactly ?? atLeast} were asked for");
        return (int)free;
    }
}
