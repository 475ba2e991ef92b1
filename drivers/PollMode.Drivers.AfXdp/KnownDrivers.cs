namespace PollMode.Drivers.AfXdp;

/// <summary>What drivers of the kernel do and do not tell, by their names.</summary>
internal static class KnownDrivers
{
    private const int Kibibyte = 1 << 10;

    /// <summary>
    /// The longest frame that a device writes into one buffer with zero copy. igb tells its device the size of buffers in whole KiB
    /// (SRRCTL.BSIZEPKT), rounded down, and passes on what the device then cuts a longer frame into as frames of their own.
    /// </summary>
    /// <param name="driver">The driver's name.</param>
    /// <param name="room">Bytes of a buffer that a frame may fill.</param>
    internal static int LongestWhole(string driver, int room) => CountsInKibibytes(driver) ? room / Kibibyte * Kibibyte : room;

    /// <summary>Whether buffers of 2048 bytes are too small for usual frames with zero copy.</summary>
    internal static bool CountsInKibibytes(string driver) => driver == "igb";
}
