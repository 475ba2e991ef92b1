using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace PollMode.Drivers.AfXdp.Tests;

/// <summary>
/// A process of its own that opens a port and forwards what it gets until it is killed: this test program, started again with a spec in its
/// environment. It takes over before the test runner's Main.
/// </summary>
internal static class ChildProcess
{
    private const string Variable = "POLLMODE_TEST_AF_XDP_CHILD";

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
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        }

        start.Environment[Variable] = spec;
        return Process.Start(start)!;
    }

#pragma warning disable CA2255 // A test program may take over its own start.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void TakeOver()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } spec)
        {
            return;
        }

        try
        {
            using var arena = new Arena(new ArenaOptions { LimitBytes = 8 << 20 });
            arena.Fill();
            using var pool = new Mempool(arena, new MempoolOptions { Buffers = 4096 });
            using IPort port = new AfXdpDriver().Open(PortSpec.Parse(spec), new PortContext { PortIndex = 0, Arena = arena });
            IRxQueue rx = port.OpenRxQueue(0, pool);
            ITxQueue tx = port.OpenTxQueue(0, pool);
            Console.WriteLine("open");
            Packet[] burst = new Packet[64];
            while (true)
            {
                int count = rx.Receive(burst);
                int sent = tx.Send(burst.AsSpan(0, count));
                pool.Return(burst.AsSpan(sent, count - sent));
                tx.Service();
                if (count == 0)
                {
                    Thread.Sleep(1);
                }
            }
        }
        catch (PollModeException fault)
        {
            Console.WriteLine(fault.Message);
            Environment.Exit(1);
        }
    }
}
