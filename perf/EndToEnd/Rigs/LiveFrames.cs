using System.Runtime.InteropServices;
using PollMode.Drivers.AfXdp.Bpf;
using PollMode.Drivers.AfXdp.Filtering;
using PollMode.Drivers.AfXdp.Netlink;
using PollMode.Linux;

namespace PollMode.EndToEnd;

/// <summary>
/// A generator in the kernel, the same for every contender: BPF_PROG_TEST_RUN makes frames and runs a program over them that redirects them
/// out of an interface (BPF_F_TEST_XDP_LIVE_FRAMES). No frame is copied from user space, so that it is as fast as can be had on one core.
/// </summary>
/// <remarks>What it has sent may still be lost before anybody received it: only a receiver's count says what arrived.</remarks>
internal sealed unsafe class LiveFrames : IDisposable
{
    private const uint LiveFrameFlag = 1 << 1;
    private const int Redirect = 23;
    private const uint BatchSize = 64;

    /// <summary>Runs of the program in one call: a third of a second in a flood, whose frames cost most.</summary>
    private const int CallFrames = 1 << 20;

    private readonly FramePacer? _pacer;
    private readonly BpfProgram _program;
    private readonly BpfLink? _link;
    private readonly byte[] _frame;
    private readonly Thread _thread;
    private volatile bool _stop;
    private volatile string? _fault;
    private long _flooded;
    private bool _disposed;

    /// <summary>Starts sending.</summary>
    /// <param name="wire">Where.</param>
    /// <param name="frameBytes">Bytes of each frame, without FCS.</param>
    /// <param name="rate">Frames per second, in bursts of <see cref="FramePacer.BurstFrames"/>; zero for as many as possible.</param>
    /// <param name="core">The core to send on.</param>
    internal LiveFrames(Wire wire, int frameBytes, double rate, int core)
    {
        _frame = new byte[frameBytes];
        TestFrame.Write(_frame, 0);
        _pacer = rate == 0 ? null : new FramePacer(rate);
        try
        {
            (_program, _link) = NetworkNamespace.Run(wire.Namespace, () => Load(_pacer, wire.Device));
        }
        catch
        {
            _pacer?.Dispose();
            throw;
        }

        _thread = new Thread(() => Run(wire, core)) { Name = "live-frames", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Frames sent so far. In a flood exact after <see cref="Stop"/> only.</summary>
    internal long Sent => _pacer?.Sent ?? Volatile.Read(ref _flooded);

    /// <summary>Ends the sending.</summary>
    /// <returns>Frames sent.</returns>
    /// <exception cref="PollModeException">The kernel refused.</exception>
    internal long Stop()
    {
        End();
        return _fault == null ? Sent : throw new PollModeException(_fault);
    }

    /// <summary>Ends the sending and takes the program away; once.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        End();
        _link?.Dispose();
        _program.Dispose();
        _pacer?.Dispose();
    }

    private static (BpfProgram Program, BpfLink? Link) Load(FramePacer? pacer, string device)
    {
        var code = new BpfAssembler();
        var early = new BpfLabel();
        pacer?.Emit(code, early);
        code.Move(BpfRegister.R1, LibC.InterfaceIndex(device)).Move(BpfRegister.R2, 0).Call(Redirect).Exit();
        if (early.IsUsed)
        {
            code.Mark(early).Move(BpfRegister.R0, FilterCompiler.Drop).Exit();
        }

        using var route = new RouteSocket();
        LinkSnapshot loopback = route.Find("lo");
        BpfProgram program = BpfProgram.Load(code.Assemble(), "pollmode_gen", 0);

        // A program that is attached somewhere is in the kernel's XDP dispatcher, and a call need not put it there, for which it would wait until every
        // core, the subject's as well, has been through the scheduler. Nothing comes to the loopback of a fresh namespace, which is down; one that is up is
        // left alone, since its packets would be redirected. Without it there are pauses, no more.
        return (program, loopback.IsAdministrativelyUp ? null : BpfLink.TryAttach(program, loopback.Index, BpfLink.Generic, out _));
    }

    private void End()
    {
        _stop = true;
        _pacer?.Stop();
        _thread.Join();
    }

    private void Run(Wire wire, int core)
    {
        try
        {
            NetworkNamespace.Run(wire.Namespace, () => Send(core));
        }
        catch (PollModeException exception)
        {
            // Whoever stops the generator hears of it.
            _fault = exception.Message;
        }
    }

    private bool Send(int core)
    {
        CpuAffinity.Pin(core);
        while (!_stop && TrySend())
        {
        }

        return true;
    }

    private bool TrySend()
    {
        fixed (byte* frame = _frame)
        {
            var attributes = new BpfAttributes.TestRun
            {
                ProgramFd = (uint)_program.Number,
                DataIn = (ulong)frame,
                DataSizeIn = (uint)_frame.Length,
                Repeat = CallFrames,
                Flags = LiveFrameFlag,
                BatchSize = BatchSize,
            };
            if (BpfSystem.Call(BpfCommand.ProgramTestRun, &attributes, (uint)sizeof(BpfAttributes.TestRun)) != 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                _fault = $"The kernel sends no live frames (errno {errno}); it must be 5.18 or later, and this needs CAP_NET_ADMIN and CAP_BPF.";
                return false;
            }
        }

        Volatile.Write(ref _flooded, _flooded + CallFrames);
        return true;
    }
}
