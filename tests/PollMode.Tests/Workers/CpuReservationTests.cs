using Xunit;

namespace PollMode.Tests;

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
}
