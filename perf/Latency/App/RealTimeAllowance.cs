namespace PollMode.Latency;

/// <summary>Lets real-time threads run without the kernel's stop of 50 ms in each second, and puts the setting back.</summary>
internal sealed class RealTimeAllowance : IDisposable
{
    private const string Setting = "/proc/sys/kernel/sched_rt_runtime_us";
    private const string Endless = "-1";

    private readonly string _before;

    internal RealTimeAllowance()
    {
        try
        {
            _before = File.ReadAllText(Setting).Trim();
            File.WriteAllText(Setting, Endless);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new PollModeException($"Cannot set kernel.sched_rt_runtime_us to -1 ({fault.Message}); run as root, or with '--real-time 0'.", fault);
        }
    }

    public void Dispose()
    {
        // Unless somebody else has changed it since.
        if (File.ReadAllText(Setting).Trim() == Endless)
        {
            File.WriteAllText(Setting, _before);
        }
    }
}
