using System.Diagnostics;
using System.Runtime.CompilerServices;
using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>A touch of memory that vanished and that nobody watches over is the runtime's to answer, as it would be without a memif.</summary>
public sealed unsafe class BusErrorTests
{
    private const string Variable = "POLLMODE_TEST_MEMIF_BUS_ERROR";

    [Fact]
    public void A_touch_of_other_memory_reaches_the_runtimes_handler()
    {
        var start = new ProcessStartInfo(Path.ChangeExtension(typeof(BusErrorTests).Assembly.Location, null)) { UseShellExecute = false, RedirectStandardError = true };
        start.Environment[Variable] = "1";
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)));
        Assert.NotEqual(0, process.ExitCode);

        // Only the runtime knows the names of managed methods.
        Assert.Contains(nameof(TouchVanished), errors, StringComparison.Ordinal);
    }

#pragma warning disable CA2255 // A test program may take over its own start.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void TakeOver()
    {
        if (Environment.GetEnvironmentVariable(Variable) != null)
        {
            TouchVanished();
            Environment.Exit(0);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void TouchVanished()
    {
        nint watched = Map(out int watchedFile);
        nint other = Map(out int otherFile);
        int number = VanishingMemory.TryAdd(watched, 4096);
        if (number < 0 || LibC.Ftruncate(watchedFile, 0) != 0 || LibC.Ftruncate(otherFile, 0) != 0)
        {
            return;
        }

        // The first is answered by our handler, and goes on.
        *(byte*)watched = 1;
        if (VanishingMemory.IsGone(number))
        {
            *(byte*)other = 1;
        }
    }

    private static nint Map(out int file)
    {
        file = RawClient.NewMemory(4096, sealable: false);
        return LibC.Mmap(0, 4096, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, file, 0);
    }
}
