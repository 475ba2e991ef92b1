using System.Globalization;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;
using PollMode.Testing;
using Xunit;

namespace PollMode.Tests;

/// <summary>An arena in shared memory: what a peer that is given its file maps, and on which pages.</summary>
public sealed class SharedArenaTests
{
    private const int MiB = 1 << 20;

    [Theory]
    [InlineData(PageKind.Small4KiB)]
    [InlineData(PageKind.Huge2MiB)]
    public void A_peer_that_maps_the_file_sees_the_buffers(PageKind pages)
    {
        if (pages == PageKind.Huge2MiB)
        {
            Requires.HugePages(4);
        }

        using Arena arena = Make(8 * MiB, pages, pages);
        using var pool = new Mempool(arena, new MempoolOptions { Buffers = 2048 });
        Assert.Equal(pages == PageKind.Huge2MiB ? 2048 : 4, PageKilobytes());
        Assert.Contains("shared memory (memfd) of 8 MiB, sealed", arena.Report);

        // As a peer does: from the descriptor alone.
        using FileStream file = new(new SafeFileHandle(arena.SharedFileDescriptor, ownsHandle: false), FileAccess.ReadWrite, 0);
        Assert.Equal(arena.LengthBytes, file.Length);
        using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        using MemoryMappedViewAccessor view = map.CreateViewAccessor();
        Packet[] packets = TestMemory.Rent(pool, 2000);
        for (int i = 0; i < packets.Length; i++)
        {
            packets[i].SetFrame(128, 0, 64);
            BitConverter.TryWriteBytes(packets[i].Span, i);
            Assert.Equal(i, view.ReadInt32(packets[i].ArenaOffset));
            view.Write(packets[i].ArenaOffset + 4, -i);
            Assert.Equal(-i, BitConverter.ToInt32(packets[i].Span[4..]));
        }

        // Sealed: nobody takes pages away under the engine.
        Assert.ThrowsAny<Exception>(() => file.SetLength(MiB));
        pool.Return(packets);
    }

    [Fact]
    public void What_the_system_cannot_share_falls_to_the_next_pages_and_is_said()
    {
        using Arena arena = Make(4 * MiB, PageKind.Huge1GiB, PageKind.Small4KiB);
        using var pool = new Mempool(arena, new MempoolOptions { Buffers = 1024 });
        Assert.True(arena.SharedFileDescriptor >= 0);
        Assert.DoesNotContain(arena.Report, line => line.Contains("1-GiB", StringComparison.Ordinal));
        Assert.Contains(arena.Report, line => line.StartsWith("1 slab(s) of 2 MiB on ", StringComparison.Ordinal));
        bool huge = arena.Report.Contains("1 slab(s) of 2 MiB on 2-MiB hugepages");
        Assert.Equal(huge ? 2048 : 4, PageKilobytes());
        Assert.Equal(!huge, arena.Report.Any(line => line.Contains("no 2-MiB hugepages", StringComparison.Ordinal) && line.Contains("vm.nr_hugepages", StringComparison.Ordinal)));
    }

    [Fact]
    public void More_hugepages_than_there_are_is_an_error_where_no_others_will_do()
    {
        string text = Assert.Throws<PollModeException>(() => Make(60L << 30, PageKind.Huge2MiB, PageKind.Huge2MiB)).Message;
        Assert.Contains("30720 slabs of 2 MiB of shared memory", text, StringComparison.Ordinal);
        Assert.Contains("vm.nr_hugepages", text, StringComparison.Ordinal);
        Assert.DoesNotContain("pollmode-arena", File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
    }

    private static Arena Make(long bytes, PageKind largest, PageKind smallest) => new(new ArenaOptions { LimitBytes = bytes, LargestPages = largest, SmallestPages = smallest, Shared = true });

    /// <summary>Size of the pages behind the arena's mapping, as the kernel says.</summary>
    private static int PageKilobytes()
    {
        string[] lines = File.ReadAllLines("/proc/self/smaps");
        int at = Array.FindIndex(lines, line => line.Contains("memfd:pollmode-arena", StringComparison.Ordinal));
        string size = lines.Skip(at).First(line => line.StartsWith("KernelPageSize:", StringComparison.Ordinal));
        return int.Parse(size.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
