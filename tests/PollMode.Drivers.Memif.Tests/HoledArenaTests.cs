using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PollMode.Linux;
using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>
/// What a hostile server can do with the descriptor of the arena that a client without a copy gives it: not cut it short, not seal it, but
/// punch holes. They cost content, not the connection and not the process, while there are pages to fill them with; the connection, and never
/// the process, where there are none.
/// </summary>
public sealed partial class HoledArenaTests
{
    private const int KeepSize = 1;
    private const int PunchHole = 2;
    private const int Slab = 2 << 20;

    [Theory]
    [InlineData(PageKind.Small4KiB)]
    [InlineData(PageKind.Huge2MiB)]
    public void An_arena_keeps_its_length_and_takes_no_seal_from_a_server(PageKind pages)
    {
        RequirePages(pages);
        using var client = new MemifSide($"memif:{MemifPairTests.NewName()},zero_copy=on", buffers: 2048, pages: pages);
        int descriptor = client.Arena.SharedFileDescriptor;
        foreach (long length in new long[] { 0, client.Arena.LengthBytes / 2, 2 * client.Arena.LengthBytes })
        {
            Assert.Equal((-1, Errno.EPERM), (LibC.Ftruncate(descriptor, length), Marshal.GetLastPInvokeError()));
        }

        // F_SEAL_FUTURE_WRITE would keep the next server from mapping it.
        const int FutureWrite = 0x10;
        Assert.Equal(-1, LibC.Fcntl(descriptor, LibC.F_ADD_SEALS, FutureWrite));
        Assert.Equal(LibC.F_SEAL_SHRINK | LibC.F_SEAL_GROW | LibC.F_SEAL_SEAL, LibC.Fcntl(descriptor, LibC.F_GET_SEALS, 0));
    }

    [Theory]
    [InlineData(PageKind.Small4KiB)]
    [InlineData(PageKind.Huge2MiB)]
    public void Holes_are_filled_with_zeros_and_traffic_goes_on(PageKind pages)
    {
        RequirePages(pages);
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using var client = new MemifSide($"memif:{socket},zero_copy=on", pages: pages);
        server.WaitForLink();
        client.WaitForLink();
        byte[] frame = Traffic.Frame(1, 1000);
        Assert.Equal(1, client.Tx[0].Send([client.Make(frame)]));
        Punch(client, 0, client.Arena.LengthBytes);
        var arrived = new List<byte[]>();
        server.CollectUntil(arrived, 1);
        Assert.Equal(new byte[frame.Length], Assert.Single(arrived));
        client.Tx[0].Service();

        // Every buffer is a page by page new one by now, and the two still look at the same.
        byte[][] frames = Traffic.Frames(jumbo: true);
        Traffic.AssertSame(frames, Traffic.Pass(client, server, frames));
        Traffic.AssertSame(frames, Traffic.Pass(server, client, frames));
        Assert.Equal(0, client.Counter("protocol_violations") + server.Counter("protocol_violations"));
    }

    [Fact]
    public void Holes_in_the_middle_of_traffic_cost_bytes_and_no_frame()
    {
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using var client = new MemifSide($"memif:{socket},zero_copy=on");
        server.WaitForLink();
        client.WaitForLink();
        bool stop = false;
        int punched = 0;
        var puncher = new Thread(() =>
        {
            var random = new Random(1);
            while (!Volatile.Read(ref stop))
            {
                if (Fallocate(client.Arena.SharedFileDescriptor, PunchHole | KeepSize, random.NextInt64(client.Arena.LengthBytes / Slab) * Slab, Slab) == 0)
                {
                    Interlocked.Increment(ref punched);
                }

                Thread.Yield();
            }
        });
        byte[][] frames = Traffic.Frames(jumbo: true);
        List<byte[]> arrived;
        puncher.Start();
        try
        {
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref punched) > 0, TimeSpan.FromSeconds(30)));
            arrived = [.. Traffic.Pass(client, server, frames), .. Traffic.Pass(server, client, frames)];
        }
        finally
        {
            Volatile.Write(ref stop, true);
            puncher.Join();
        }

        Assert.Equal([.. frames, .. frames], arrived, (sent, came) => sent.Length == came.Length && sent.Zip(came).All(pair => pair.Second == pair.First || pair.Second == 0));
        Assert.Equal(0, client.Counter("protocol_violations") + server.Counter("protocol_violations"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Holes_that_nothing_is_left_to_fill_cost_the_connection_and_never_the_process(bool everywhere)
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "needs x86-64: elsewhere nothing is watched over");
        RequirePages(PageKind.Huge2MiB);
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using var client = new MemifSide($"memif:{socket},zero_copy=on", pages: PageKind.Huge2MiB);
        server.WaitForLink();
        client.WaitForLink();
        byte[][] frames = Traffic.Frames(jumbo: false);
        Traffic.AssertSame(frames, Traffic.Pass(client, server, frames));
        Assert.Empty(client.Port.Faults);
        using (var hog = new HugePageHog())
        {
            hog.TakeAll();
            PunchForGood(client, hog, everywhere ? 0 : client.Arena.LengthBytes / 2, everywhere ? client.Arena.LengthBytes : Slab);

            // Every buffer that is at home is written and read by its worker, as another port's frames would be.
            WriteAndReadAll(client.Pool);

            // The server does not touch the holes: nothing is sent.
            Assert.True(
                SpinWait.SpinUntil(
                    () =>
                    {
                        client.TurnLoosely();
                        server.TurnLoosely();
                        return client.Port.Link == LinkState.Down && client.Port.Report[0].Contains("punched a hole", StringComparison.Ordinal);
                    },
                    TimeSpan.FromSeconds(30)),
                client.Port.Report[0]);
            Assert.Equal(1, client.Counter("protocol_violations"));
            Assert.Contains("zero_copy=off", Assert.Single(client.Port.Faults), StringComparison.Ordinal);
        }

        // It stays away, hugepages or not: half of the memory would be another for each side.
        long connections = client.Counter("connections");
        server.WaitForLink(LinkState.Down);
        Thread.Sleep(200);
        Assert.Equal((LinkState.Down, connections), (client.Port.Link, client.Counter("connections")));
        Assert.Equal(0, client.Tx[0].Send([]));
        WriteAndReadAll(client.Pool);
    }

    [Fact]
    public void Holes_that_only_the_kernel_meets_are_found_and_filled_by_every_port_of_the_arena()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "needs x86-64: elsewhere nothing is watched over");
        RequirePages(PageKind.Huge2MiB);
        string socket = MemifPairTests.NewName();
        using var server = new MemifSide($"memif:{socket},role=server");
        using var client = new MemifSide($"memif:{socket},zero_copy=on", pages: PageKind.Huge2MiB);
        using IPort trusting = new MemifDriver().Open(PortSpec.Parse($"memif:{MemifPairTests.NewName()},zero_copy=on,guard=off"), client.Context);
        server.WaitForLink();
        client.WaitForLink();
        using SafeFileHandle zeros = File.OpenHandle("/dev/zero");
        using var hog = new HugePageHog();
        hog.TakeAll();
        PunchForGood(client, hog, 0, client.Arena.LengthBytes);
        Assert.True(client.Pool.TryRent(out Packet packet));

        // As a driver that lets the kernel copy would: nobody else touches the buffer.
        Assert.True(SpinWait.SpinUntil(() => ReadInto(zeros, packet) == 64, TimeSpan.FromSeconds(30)), "the kernel still finds a hole");
        packet.Free();
        Assert.Contains("zero_copy=off", Assert.Single(client.Port.Faults), StringComparison.Ordinal);
        Assert.Contains("zero_copy=off", Assert.Single(trusting.Faults), StringComparison.Ordinal);
        client.WaitForLink(LinkState.Down);
    }

    [Theory]
    [InlineData("auto", PageKind.Huge2MiB, false)]
    [InlineData("on", PageKind.Huge2MiB, true)]
    [InlineData("auto", PageKind.Small4KiB, true)]
    public void Hugepages_that_cannot_be_watched_over_are_shared_only_if_that_is_asked_for(string zeroCopy, PageKind pages, bool shares)
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "needs x86-64: elsewhere nothing is watched over");
        RequirePages(pages);
        using var hog = new WatchHog();
        using var client = new MemifSide($"memif:{MemifPairTests.NewName()},zero_copy={zeroCopy}", pages: pages);
        Assert.Equal(shares, client.Port.Capabilities.ZeroCopy);
        Assert.Contains(client.Port.Report, line => line.Contains($"{VanishingMemory.Entries} ranges", StringComparison.Ordinal));
    }

    [Fact]
    public void A_watch_is_given_back_with_the_arena_and_not_with_the_port()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "needs x86-64: elsewhere nothing is watched over");
        int before = FreeWatches();
        using (var client = new MemifSide($"memif:{MemifPairTests.NewName()},zero_copy=on"))
        {
            int slabs = (int)(client.Arena.LengthBytes / Slab);
            Assert.Equal(before - slabs, FreeWatches());
            client.Port.Dispose();
            Assert.Equal(before - slabs, FreeWatches());
        }

        Assert.Equal(before, FreeWatches());
        using var trusting = new MemifSide($"memif:{MemifPairTests.NewName()},zero_copy=on,guard=off");
        Assert.Equal(before, FreeWatches());
    }

    private static unsafe nint ReadInto(SafeFileHandle zeros, Packet packet)
    {
        Thread.Sleep(1);
        return LibC.Read((int)zeros.DangerousGetHandle(), packet.DataPointer, 64);
    }

    private static int FreeWatches()
    {
        using var hog = new WatchHog();
        return hog.Count;
    }

    private static void WriteAndReadAll(Mempool pool)
    {
        var packets = new List<Packet>();
        while (pool.TryRent(out Packet packet))
        {
            packets.Add(packet);
            byte[] frame = Traffic.Frame(packets.Count, 60);
            Assert.True(packet.TryWrite(frame));
            Assert.True(packet.Span.SequenceEqual(frame));
        }

        Assert.InRange(packets.Count, 4096, int.MaxValue);
        pool.Return(packets.ToArray());
    }

    /// <summary>Those of the arena twice: a hole gives its page back to the system, and the next touch asks for one.</summary>
    private static void RequirePages(PageKind pages)
    {
        if (pages == PageKind.Huge2MiB)
        {
            Requires.HugePages(64);
        }
    }

    /// <summary>Punches until a hole could not be filled: whoever touches one before its page is taken gets that page.</summary>
    private static void PunchForGood(MemifSide client, HugePageHog hog, long at, long bytes) => Assert.True(SpinWait.SpinUntil(
        () =>
        {
            Punch(client, at, bytes);
            hog.TakeAll();
            Thread.Sleep(250);
            return client.Port.Faults.Count > 0;
        },
        TimeSpan.FromSeconds(30)));

    private static void Punch(MemifSide client, long at, long bytes) => Assert.Equal(0, Fallocate(client.Arena.SharedFileDescriptor, PunchHole | KeepSize, at, bytes));

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Fallocate(int fileDescriptor, int mode, long offset, long length);
}
