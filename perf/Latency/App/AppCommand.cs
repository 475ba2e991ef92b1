using System.Globalization;
using PollMode.EndToEnd;

namespace PollMode.Latency;

/// <summary>An app without an engine, a process of its own beside somebody else's: allocates until its standard input ends.</summary>
internal static class AppCommand
{
    private const string Ready = "the app runs";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal static int Run(Allocation allocation, int offCore)
    {
        using CpuReservation off = CpuReservation.Take([offCore]);
        using var allocator = new Allocator(allocation);
        Console.WriteLine(Ready);
        Console.ReadLine();
        return 0;
    }

    internal static ChildProcess Start(Allocation allocation, Bench bench, bool weighty)
    {
        ChildProcess process = HostProcess.StartSelf(["app", "--allocate", $"{allocation}", "--off-core", bench.Core.ToString(CultureInfo.InvariantCulture)], weighty);
        try
        {
            process.WaitFor(Ready, Patience, bench.Stop);
            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }
}
