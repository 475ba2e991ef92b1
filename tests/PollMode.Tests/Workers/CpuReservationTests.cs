using PollMode.Linux;
using Xunit;

namespace PollMode.Tests;

/// <summary>Alone in the process: an engine with cores of another test would move the threads as well.</summary>
[CollectionDefinition(nameof(CpuReservationTests), DisableParallelization = true)]
[Collection(nameof(CpuReservationTests))]
public sealed class CpuReservationTests
{
    [Fact]
    public void Threads_are_kept_off_and_come_back()
    {
        IReadOnlyList<int> before = CpuAffinity.Allowed;
        Assert.SkipUnless(before.Count >= 2, "needs two CPUs that this process may use");
        int cpu = before[^1];
        IReadOnlyList<int> pinned = [];
        using var taken = new ManualResetEventSlim();
        var worker = new Thread(() =>
        {
            CpuAffinity.Pin(cpu);
            taken.Wait();
            pinned = CpuAffinity.Allowed;
        });
        worker.Start();
        Assert.True(SpinWait.SpinUntil(() => (worker.ThreadState & ThreadState.WaitSleepJoin) != 0, TestEngine.Long));

        CpuReservation reservation = CpuReservation.Take([cpu]);
        IReadOnlyList<int> during = CpuAffinity.Allowed;
        IReadOnlyList<int> inherited = [];
        var child = new Thread(() => inherited = CpuAffinity.Allowed);
        child.Start();
        child.Join();

        // A worker may have it all the same, and one that was pinned to it before stays.
        CpuAffinity.Check([cpu]);
        taken.Set();
        worker.Join();
        reservation.Dispose();

        Assert.True(reservation.MovedThreads > 0);
        Assert.Equal(before.SkipLast(1), during);
        Assert.Equal(during, inherited);
        Assert.Equal([cpu], pinned);
        Assert.Equal(before, CpuAffinity.Allowed);
    }

    [Fact]
    public void All_cpus_cannot_be_taken()
    {
        IReadOnlyList<int> before = CpuAffinity.Allowed;
        using CpuReservation reservation = CpuReservation.Take(before);
        Assert.Equal(0, reservation.MovedThreads);
        Assert.Equal(before, CpuAffinity.Allowed);
    }

    [Fact]
    public void Reservations_end_in_any_order()
    {
        IReadOnlyList<int> before = CpuAffinity.Allowed;
        Assert.SkipUnless(before.Count >= 2, "needs two CPUs that this process may use");
        int cpu = before[^1];
        CpuReservation first = CpuReservation.Take([cpu]);
        CpuReservation second = CpuReservation.Take([cpu]);
        first.Dispose();
        Assert.Equal(before.SkipLast(1), CpuAffinity.Allowed);
        CpuReservation others = CpuReservation.Take([.. before.SkipLast(1)]);

        // Together they would leave nothing, so that nothing is kept from anybody.
        Assert.Equal(before, CpuAffinity.Allowed);
        second.Dispose();
        Assert.Equal([cpu], CpuAffinity.Allowed);
        others.Dispose();
        Assert.Equal(before, CpuAffinity.Allowed);
    }

    [Fact]
    public void A_cpu_that_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => CpuReservation.Take([-1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => CpuReservation.Take([4096]));
    }

    [Fact]
    public unsafe void A_thread_pinned_by_others_before_stays_where_it_is()
    {
        IReadOnlyList<int> before = CpuAffinity.Allowed;
        Assert.SkipUnless(before.Count >= 2, "needs two CPUs that this process may use");
        IReadOnlyList<int> pinned = AllowedAfterwards(
            () =>
            {
                ulong* mask = stackalloc ulong[64];
                new Span<ulong>(mask, 64).Clear();
                mask[before[0] / 64] = 1UL << (before[0] % 64);
                _ = LibC.SchedSetAffinity(0, 64 * sizeof(ulong), mask);
            },
            () =>
            {
                CpuReservation.Take([.. before.Skip(1)]).Dispose();
                CpuReservation.Take([before[0]]).Dispose();
            });
        Assert.Equal([before[0]], pinned);
        Assert.Equal(before, CpuAffinity.Allowed);
    }

    [Fact]
    public void An_engine_that_does_not_open_gives_its_cores_back()
    {
        IReadOnlyList<int> before = CpuAffinity.Allowed;
        using var test = new TestEngine(["fake:fail=open"], change: options => options.Cores = $"{before[^1]}");
        Assert.Throws<PollModeException>(test.Engine.Open);
        Assert.Equal(before, CpuAffinity.Allowed);
    }

    [Fact]
    public void A_thread_that_pinned_itself_to_what_is_left_stays_there()
    {
        IReadOnlyList<int> before = CpuAffinity.Allowed;
        Assert.SkipUnless(before.Count >= 2, "needs two CPUs that this process may use");
        CpuReservation reservation = CpuReservation.Take([.. before.Skip(1)]);
        IReadOnlyList<int> pinned = AllowedAfterwards(() => CpuAffinity.Pin(before[0]), reservation.Dispose);
        Assert.Equal([before[0]], pinned);
        Assert.Equal(before, CpuAffinity.Allowed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_open_engine_keeps_others_off_its_cores(bool keeps)
    {
        IReadOnlyList<int> before = CpuAffinity.Allowed;
        Assert.SkipUnless(before.Count >= 2, "needs two CPUs that this process may use");
        int core = before[^1];
        IReadOnlyList<int> worker = [];
        using (var test = new TestEngine(
            ["fake:rx=10"],
            builder => builder.Use(() => new LambdaStage((ref _) => { }, _ => worker = CpuAffinity.Allowed)),
            options => (options.Cores, options.KeepOthersOffCores) = ($"{core}", keeps)))
        {
            test.RunToEnd();
            Assert.Equal([core], worker);
            Assert.Equal(keeps ? before.SkipLast(1) : before, CpuAffinity.Allowed);
        }

        Assert.Equal(before, CpuAffinity.Allowed);
    }

    /// <summary>Where a thread may run at the end that has pinned itself, and then something was done elsewhere.</summary>
    private static IReadOnlyList<int> AllowedAfterwards(Action pin, Action meanwhile)
    {
        IReadOnlyList<int> allowed = [];
        using var isPinned = new ManualResetEventSlim();
        using var ended = new ManualResetEventSlim();
        var worker = new Thread(() =>
        {
            pin();
            isPinned.Set();
            ended.Wait();
            allowed = CpuAffinity.Allowed;
        });
        worker.Start();
        isPinned.Wait(TestEngine.Long, TestContext.Current.CancellationToken);
        meanwhile();
        ended.Set();
        worker.Join();
        return allowed;
    }
}
