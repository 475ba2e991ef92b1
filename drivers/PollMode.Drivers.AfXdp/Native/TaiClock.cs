namespace PollMode.Drivers.AfXdp.Native;

/// <summary>CLOCK_TAI, by which the kernel stamps frames; it runs ahead of UTC by the leap seconds, if somebody told the kernel how many.</summary>
internal static unsafe class TaiClock
{
    private const int CLOCK_REALTIME = 0;
    private const int CLOCK_TAI = 11;
    private const long Second = 1_000_000_000;

    /// <summary>Nanoseconds that it is ahead of UTC now, to the whole second.</summary>
    internal static long OffsetNanoseconds
    {
        get
        {
            long* utc = stackalloc long[2];
            long* tai = stackalloc long[2];
            return LibC.GetClock(CLOCK_REALTIME, utc) == 0 && LibC.GetClock(CLOCK_TAI, tai) == 0
                ? (long)Math.Round(((tai[0] - utc[0]) * (double)Second + (tai[1] - utc[1])) / Second) * Second
                : 0;
        }
    }
}
