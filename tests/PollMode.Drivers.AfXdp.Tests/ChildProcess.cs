using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp.Tests;

/// <summary>
/// A process of its own that opens ports and forwards between them, or a lone one to itself, until it is told to stop or is killed: this
/// test program, started again with their specs in its environment. It takes over before the test runner's Main.
/// </summary>
internal static class ChildProcess
{
    /// <summary>The environment variable: the specs, with spaces between them.</summary>
    public const string Variable = "POLLMODE_TEST_AF_XDP_CHILD";

    /// <summary>The program's file.</summary>
    public static string Path => System.IO.Path.ChangeExtension(typeof(ChildProcess).Assembly.Location, null);

    /// <summary>Starts the process and waits until its port is open.</summary>
    public static Process Start(string spec)
    {
        Process process = Launch(spec);
        Assert.Equal("open", process.StandardOutput.ReadLine());
        return process;
    }

    /// <summary>Starts the process, which writes "open" or why it cannot.</summary>
    public static Process Launch(string spec)
    {
        var start = new ProcessStartInfo(Path) { UseShellExecute = false, RedirectStandardOutput = true };
        start.Environment[Variable] = spec;
        return Process.Start(start)!;
    }

#pragma warning disable CA2255 // A test program may take over its own start.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void TakeOver()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } specs)
        {
            Environment.Exit(Forward(specs.Split(' ')));
        }
    }

    private static int Forward(string[] specs)
    {
        try
        {
            using var stopped = new ManualResetEventSlim();
            using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                stopped.Set();
            });
            using var engine = new Engine(
                new EngineOptions { Ports = specs, Workers = 1, Idle = IdleKind.Blocking, SendRetries = 10_000 },
                new DriverRegistry().Add(new AfXdpDriver()),
                pipeline => pipeline.Use<ChecksumRequestStage>());
            engine.Open();
            engine.Start();
            Console.WriteLine("open");
            stopped.Wait();
            bool drained = engine.Stop(TimeSpan.FromSeconds(20));
            string[] reports = [.. engine.Ports.SelectMany(port => port.Report.Concat(port.Faults))];
            engine.Dispose();
            EngineStatistics end = engine.Statistics;
            Array.ForEach(reports, Console.WriteLine);
            Console.WriteLine($"received {end.RxPackets}, sent {end.TxPackets}, dropped {end.Dropped.Values.Sum()}, queues {end.Ports.Sum(port => port.Receive.Count(queue => queue.Packets > 0))}, out {end.PoolInFlight}");
            return drained && end.PoolInFlight == 0 ? 0 : 2;
        }
        catch (PollModeException fault)
        {
            Console.WriteLine(fault.Message);
            return 1;
        }
    }
}
