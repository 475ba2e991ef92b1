using System.Runtime.InteropServices;
using PollMode.Drivers.AfXdp.Bpf;
using static PollMode.Drivers.AfXdp.Bpf.BpfRegister;
using Native = PollMode.Drivers.AfXdp.Native.LibC;

namespace PollMode.EndToEnd;

/// <summary>
/// Paces <see cref="LiveFrames"/> inside the program that runs over the frames: a frame before its time is dropped, which costs less than a tenth of
/// a microsecond, and one whose time has come is redirected. So one long call sends a steady stream; with a call for every few frames the kernel's
/// set-up of the call, some 20 ms where a core spins, would make bursts of thousands of it.
/// </summary>
/// <remarks>The program's state is an array map's only value, mapped into this process. One core runs the program, so it needs no atomic instruction.</remarks>
internal sealed unsafe class FramePacer : IDisposable
{
    /// <summary>Frames that come at once, as a NIC's interrupt moderation or a sender's burst would make them.</summary>
    internal const int BurstFrames = 32;

    // What the program keeps, by byte.
    private const int NextOffset = 0;
    private const int LeftOffset = 8;
    private const int IntervalOffset = 16;
    private const int SlackOffset = 24;
    private const int SentOffset = 64;
    private const int StopOffset = 128;
    private const int StateBytes = 192;

    private const int KeyOnStack = -8;
    private const int KernelTime = 5;

    /// <summary>Times are in parts of a nanosecond: 1 of 256, so that an interval of few is exact enough.</summary>
    private const int FractionBits = 8;

    /// <summary>Bursts that may be made up for when the core was taken away; what is later than that is not sent, and not counted.</summary>
    private const int LateBursts = 2;

    private readonly BpfMap _map;
    private readonly byte* _state;
    private readonly nuint _stateBytes = (nuint)Environment.SystemPageSize;

    /// <summary>Makes the state for a rate.</summary>
    /// <param name="rate">Frames per second.</param>
    internal FramePacer(double rate)
    {
        _map = BpfMap.TryCreate(BpfMap.TypeArray, 1, "pollmode_pacer", StateBytes, BpfMap.Mappable, out int errno)
            ?? throw new PollModeException($"The kernel makes no array map (errno {errno}); this needs CAP_BPF.");
        nint address = Native.Mmap(0, _stateBytes, Native.PROT_READ | Native.PROT_WRITE, Native.MAP_SHARED, _map.Number, 0);
        if (address == Native.MAP_FAILED)
        {
            errno = Marshal.GetLastPInvokeError();
            _map.Dispose();
            throw new PollModeException($"The kernel maps no array map into the process (errno {errno}); it must be 5.5 or later.");
        }

        _state = (byte*)address;
        long interval = (long)(BurstFrames / rate * 1e9 * (1 << FractionBits));
        *(long*)(_state + IntervalOffset) = interval;
        *(long*)(_state + SlackOffset) = interval * LateBursts;
    }

    /// <summary>Frames sent so far.</summary>
    internal long Sent => Volatile.Read(ref *(long*)(_state + SentOffset));

    /// <summary>Sends no more from here on.</summary>
    internal void Stop() => Volatile.Write(ref *(int*)(_state + StopOffset), 1);

    /// <summary>The program: falls through for a frame that is due, and goes to a label with one that is not.</summary>
    internal void Emit(BpfAssembler code, BpfLabel early)
    {
        (var send, var onTime) = (new BpfLabel(), new BpfLabel());
        code.Store(BpfWidth.Word, R10, KeyOnStack, 0)
            .Move(R2, R10).Add(R2, KeyOnStack)
            .MoveMap(R1, _map.Number)
            .Call(BpfAssembler.MapLookup)
            .JumpIfNull(R0, early)
            .Move(R6, R0)
            .Load(BpfWidth.Word, R1, R6, StopOffset)
            .JumpIf(R1, BpfCondition.NotEqual, 0u, early)
            .Load(BpfWidth.Double, R7, R6, LeftOffset)
            .JumpIf(R7, BpfCondition.NotEqual, 0u, send)

            // The next burst, if it is its time; counted from now if that is long past.
            .Call(KernelTime)
            .ShiftLeft(R0, FractionBits)
            .Load(BpfWidth.Double, R1, R6, NextOffset)
            .JumpIf(R0, BpfCondition.Below, R1, early)
            .Load(BpfWidth.Double, R2, R6, SlackOffset)
            .Add(R2, R1)
            .JumpIf(R0, BpfCondition.BelowOrEqual, R2, onTime)
            .Move(R1, R0)
            .Mark(onTime)
            .Load(BpfWidth.Double, R2, R6, IntervalOffset)
            .Add(R1, R2)
            .Store(BpfWidth.Double, R6, NextOffset, R1)
            .Move(R7, BurstFrames)
            .Mark(send)
            .Add(R7, -1)
            .Store(BpfWidth.Double, R6, LeftOffset, R7)
            .Load(BpfWidth.Double, R1, R6, SentOffset)
            .Add(R1, 1)
            .Store(BpfWidth.Double, R6, SentOffset, R1);
    }

    /// <summary>Takes the state away; nobody may run the program any more.</summary>
    public void Dispose()
    {
        _ = Native.Munmap((nint)_state, _stateBytes);
        _map.Dispose();
    }
}
