using System.Runtime.InteropServices;
using PollMode.Linux;
using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>A process that has no file descriptors left: opening a port says so, and leaves nothing behind.</summary>
public sealed unsafe partial class DescriptorLimitTests
{
    private const int RLIMIT_NOFILE = 7;

    [Theory]
    [InlineData("role=server")]
    [InlineData("role=client")]
    public void A_port_for_which_there_are_too_few_is_not_half_open(string keys)
    {
        string socket = MemifPairTests.NewName();
        using var arena = new Arena(new ArenaOptions { LargestPages = PageKind.Small4KiB });
        PortSpec spec = PortSpec.Parse($"memif:{socket},zero_copy=off,{keys}");
        var shared = new Dictionary<string, object>(StringComparer.Ordinal);
        IPort Open() => new MemifDriver().Open(spec, new PortContext { PortIndex = 0, Arena = arena, Shared = shared });

        // What the runtime loads to throw and to close, it loads now.
        Open().Dispose();
        Assert.Throws<LinuxException>(() => new MemifDriver().Open(PortSpec.Parse("memif:/none/none,role=server"), new PortContext { PortIndex = 0, Arena = arena }));
        int before = Directory.GetFiles("/proc/self/fd").Length;
        int needed = keys == "role=server" ? 3 : 1;
        for (int available = 0; available < needed; available++)
        {
            LinuxException? fault = null;
            int lowest = LibC.EventFd(0, LibC.EFD_CLOEXEC);
            _ = LibC.Close(lowest);
            (ulong Soft, ulong Hard) limits = default;
            Assert.Equal(0, GetLimits(RLIMIT_NOFILE, &limits));
            (ulong, ulong) low = ((ulong)(lowest + available), limits.Hard);
            Assert.Equal(0, SetLimits(RLIMIT_NOFILE, &low));
            try
            {
                Open().Dispose();
            }
            catch (LinuxException caught)
            {
                fault = caught;
            }
            finally
            {
                Assert.Equal(0, SetLimits(RLIMIT_NOFILE, &limits));
            }

            Assert.True(fault is { ErrorNumber: 24 }, $"with {available} descriptors: {fault?.Message}");
            Assert.Contains("ulimit -n", fault!.Message, StringComparison.Ordinal);
            Assert.Equal(before, Directory.GetFiles("/proc/self/fd").Length);
        }

        Open().Dispose();
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimits(int resource, void* limits);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimits(int resource, void* limits);
}
