using System.Globalization;
using PollMode.Testing;
using Xunit;

namespace PollMode.Tests;

/// <summary>Workers under the kernel's real-time scheduler, and what keeps them from it.</summary>
public sealed class RealTimeTests
{
    private const string Limit = "/proc/sys/kernel/sched_rt_runtime_us";
    private const string Ordinary = "0 0";

    private static string CoreOfWorker => $"{CpuAffinity.Allowed[^1]}";

    [Fact]
    public void A_worker_has_the_priority_that_it_was_given_and_nobody_else_has()
    {
        Requires.Root();
        RequireTwoCores();
        using var endless = new KernelSetting(Limit, "-1");
        Assert.SkipUnless(endless.IsSet, $"needs to write {Limit}");
        string seen = string.Empty;
        string child = string.Empty;
        using var test = new TestEngine(
            ["fake:rx=10"],
            builder => builder.Use(() => new LambdaStage((ref _) => { }, _ => (seen, child) = (PolicyOfThread(), PolicyOfNewThread()))),
            options => (options.Cores, options.RealTimePriority, options.Idle) = (CoreOfWorker, 7, IdleKind.Blocking));
        Assert.Equal(10, test.RunToEnd().TxPackets);

        // SCHED_FIFO with the flag that its children are ordinary.
        Assert.Equal("7 1", seen);
        Assert.Equal(Ordinary, child);
        Assert.Equal(Ordinary, PolicyOfThread());
    }

    [Fact]
    public void Where_the_kernel_stops_real_time_threads_each_second_it_is_refused_with_the_setting_to_change()
    {
        Requires.Root();
        RequireTwoCores();
        using var limited = new KernelSetting(Limit, "950000");
        Assert.SkipUnless(limited.IsSet, $"needs to write {Limit}");
        using var test = new TestEngine(["fake:rx=10"], change: options => (options.Cores, options.RealTimePriority) = (CoreOfWorker, 7));
        string message = Assert.Throws<PollModeException>(test.Engine.Open).Message;
        Assert.Contains("for 50 ms of every 1000 ms; run 'sysctl kernel.sched_rt_runtime_us=-1'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_refused_on_all_the_cores_there_are()
    {
        using var test = new TestEngine(["fake:rx=10"], change: options => (options.Cores, options.RealTimePriority) = (CpuList.Format(CpuAffinity.Allowed), 7));
        Assert.Contains("all that is left to this process", Assert.Throws<PollModeException>(test.Engine.Open).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    public void Priorities_out_of_range_are_refused(int priority)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RealTimeScheduling.Enter(priority));
        Assert.Throws<ArgumentOutOfRangeException>(() => RealTimeScheduling.Check(priority, [0]));
    }

    [Fact]
    public void What_another_engine_has_reserved_counts_as_taken()
    {
        RequireTwoCores();
        IReadOnlyList<int> all = CpuAffinity.Allowed;
        using CpuReservation reservation = CpuReservation.Take([.. all.SkipLast(1)]);
        Assert.Contains("all that is left to this process", Assert.Throws<PollModeException>(() => RealTimeScheduling.Check(7, [all[^1]])).Message, StringComparison.Ordinal);
    }

    private static void RequireTwoCores() => Assert.SkipUnless(CpuAffinity.Allowed.Count > 1, "needs two cores: one for the worker, one for all else");

    /// <summary>The calling thread's priority and policy, by proc_pid_stat(5), fields 40 and 41.</summary>
    private static string PolicyOfThread() => string.Join(' ', File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ')[37..39]);

    private static string PolicyOfNewThread()
    {
        string policy = string.Empty;
        var thread = new Thread(() => policy = PolicyOfThread());
        thread.Start();
        thread.Join();
        return policy;
    }

    /// <summary>A setting of the kernel, put back at the end.</summary>
    private sealed class KernelSetting : IDisposable
    {
        private readonly string _path;
        private readonly string _before;

        internal KernelSetting(string path, string value)
        {
            _path = path;
            _before = File.ReadAllText(path).Trim();
            IsSet = TryWrite(value);
        }

        internal bool IsSet { get; }

        public void Dispose() => TryWrite(_before);

        private bool TryWrite(string value)
        {
            try
            {
                File.WriteAllText(_path, value);
                return long.Parse(File.ReadAllText(_path), CultureInfo.InvariantCulture) == long.Parse(value, CultureInfo.InvariantCulture);
            }
            catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
            {
                return false;
            }
        }
    }
}
