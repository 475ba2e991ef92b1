using System.Diagnostics;
using System.Runtime.InteropServices;
using PollMode.Drivers.AfXdp.Bpf;
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

    /// <summary>Frames of one call when nothing limits the rate: the call takes a third of a second, and its set-up does not count.</summary>
    private const int FloodFrames = 1 << 20;

    private readonly BpfProgram _program;
    private readonly byte[] _frame;
    private readonly double _rate;
    private readonly Thread _thread;
    private volatile bool _stop;
    private volatile string? _fault;
    private long _sent;

    /// <summary>Starts sending.</summary>
    /// <param name="wire">Where.</param>
    /// <param name="frameBytes">Bytes of each frame, without FCS.</param>
    /// <param name="rate">Frames per second, in small bursts; zero for as many as possible.</param>
    /// <param name="core">The core to send on.</param>
    internal LiveFrames(Wire wire, int frameBytes, double rate, int core)
    {
        _frame = new byte[frameBytes];
        TestFrame.Write(_frame, 0);
        _rate = rate;
        _program = NetworkNamespace.Run(wire.Namespace, () => BpfProgram.Load(
            new BpfAssembler().Move(BpfRegister.R1, LibC.InterfaceIndex(wire.Device)).Move(BpfRegister.R2, 0).Call(Redirect).Exit().Assemble(), "pollmode_gen", 0));
        _thread = new Thread(() => NetworkNamespace.Run(wire.Namespace, () => Send(core))) { Name = "live-frames", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Frames sent so far. In a flood exact after <see cref="Stop"/> only.</summary>
    internal long Sent => Volatile.Read(ref _sent);

    /// <summary>Ends the sending.</summary>
    /// <returns>Frames sent.</returns>
    /// <exception cref="PollModeException">The kernel refused.</exception>
    internal long Stop()
    {
        _stop = true;
        _thread.Join();
        return _fault == null ? Sent : throw new PollModeException(_fault);
    }

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        _program.Dispose();
    }

    private bool Send(int core)
    {
        CpuAffinity.Pin(core);
        long start = Stopwatch.GetTimestamp();
        while (!_stop)
        {
            int due = _rate == 0 ? FloodFrames : (int)Math.Min((Stopwatch.GetElapsedTime(start).TotalSeconds * _rate) - _sent, FloodFrames);
            if (due <= 0)
            {
                Thread.Sleep(0);
            }
            else if (!TrySend(due))
            {
                return false;
            }
        }

        return true;
    }

    private bool TrySend(int frames)
    {
        fixed (byte* frame = _frame)
        {
            var attributes = new BpfAttributes.TestRun
            {
                ProgramFd = (uint)_program.Number,
                DataIn = (ulong)frame,
                DataSizeIn = (uint)_frame.Length,
                Repeat = (uint)frames,
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

        Volatile.Write(ref _sent, _sent + frames);
        return true;
    }
}
