using System.Runtime.InteropServices;
using System.Text;
using PollMode.Drivers.AfXdp.Native;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Bpf;

/// <summary>An XDP program in the kernel.</summary>
internal sealed unsafe class BpfProgram : IDisposable
{
    /// <summary>BPF_F_XDP_HAS_FRAGS: the program takes frames of several buffers.</summary>
    internal const uint HasFragments = 1 << 5;

    /// <summary>BPF_F_XDP_DEV_BOUND_ONLY: the program may ask its device about frames.</summary>
    internal const uint BoundToDevice = 1 << 6;

    /// <summary>BPF_XDP of <c>enum bpf_attach_type</c>.</summary>
    internal const uint AttachTypeXdp = 37;

    private const uint TypeXdp = 6;
    private const int LogBytes = 64 << 10;
    private const int E2BIG = 7;

    private readonly FileDescriptor _file;

    private BpfProgram(FileDescriptor file) => _file = file;

    /// <summary>The program's file descriptor.</summary>
    internal int Number => _file.Number;

    /// <summary>The number by which the kernel and bpftool know it.</summary>
    internal uint Id
    {
        get
        {
            BpfAttributes.ProgramInfo info = default;
            return BpfSystem.TryGetInfo(Number, &info, sizeof(BpfAttributes.ProgramInfo)) ? info.Id : 0;
        }
    }

    /// <summary>Has the verifier check a program and loads it.</summary>
    /// <param name="instructions">The program.</param>
    /// <param name="name">At most 15 characters, for bpftool.</param>
    /// <param name="flags"><see cref="HasFragments"/>, <see cref="BoundToDevice"/>, or zero.</param>
    /// <param name="interfaceIndex">The device that the program is bound to, or zero.</param>
    /// <exception cref="LinuxException">Refused; the message ends with what the verifier said last.</exception>
    internal static BpfProgram Load(ReadOnlySpan<BpfInstruction> instructions, string name, uint flags, int interfaceIndex = 0)
    {
        int number = TryLoad(instructions, name, flags, interfaceIndex, null, 0);
        if (number >= 0)
        {
            return new BpfProgram(new FileDescriptor(number));
        }

        int errno = Marshal.GetLastPInvokeError();
        throw new LinuxException($"load the XDP program '{name}' of {instructions.Length} instructions", errno, Explain(instructions, name, flags, interfaceIndex, errno));
    }

    /// <summary>The name of a program that is attached somewhere; empty if the kernel does not tell.</summary>
    internal static string NameOf(uint id)
    {
        using FileDescriptor? file = BpfSystem.TryOpenById(BpfCommand.ProgramGetById, id);
        BpfAttributes.ProgramInfo info = default;
        return file != null && BpfSystem.TryGetInfo(file.Number, &info, sizeof(BpfAttributes.ProgramInfo)) ? BpfSystem.ReadName(info.Name) : string.Empty;
    }

    /// <summary>Runs the program over one frame, in the kernel but without a device.</summary>
    /// <param name="frame">At least 14 bytes.</param>
    /// <returns>The program's verdict: XDP_PASS is 2.</returns>
    internal uint TestRun(ReadOnlySpan<byte> frame)
    {
        byte* output = stackalloc byte[16];
        fixed (byte* input = frame)
        {
            var attributes = new BpfAttributes.TestRun { ProgramFd = (uint)Number, DataIn = (ulong)input, DataSizeIn = (uint)frame.Length, Repeat = 1, DataOut = (ulong)output, DataSizeOut = 16 };
            int result = BpfSystem.Call(BpfCommand.ProgramTestRun, &attributes, (uint)sizeof(BpfAttributes.TestRun));

            // ENOSPC only says that the frame did not fit into the output buffer, which nobody reads.
            return result == 0 || Marshal.GetLastPInvokeError() == Errno.ENOSPC
                ? attributes.ReturnValue
                : throw new LinuxException($"run an XDP program over {frame.Length} bytes", Marshal.GetLastPInvokeError(), BpfSystem.Remedy(Marshal.GetLastPInvokeError()));
        }
    }

    public void Dispose() => _file.Dispose();

    private static int TryLoad(ReadOnlySpan<BpfInstruction> instructions, string name, uint flags, int interfaceIndex, byte* log, int logBytes)
    {
        // bpf_redirect_map is open to any licence, but the kernel's own functions, which ask the device, are for programs that may be had under the GPL.
        fixed (byte* license = "Dual MIT/GPL\0"u8)
        fixed (BpfInstruction* code = instructions)
        {
            var attributes = new BpfAttributes.ProgramLoad
            {
                ProgramType = TypeXdp,
                InstructionCount = (uint)instructions.Length,
                Instructions = (ulong)code,
                License = (ulong)license,
                LogLevel = log == null ? 0u : 1u,
                LogSize = (uint)logBytes,
                LogBuffer = (ulong)log,
                ProgramFlags = flags,
                InterfaceIndex = (uint)interfaceIndex,
                ExpectedAttachType = AttachTypeXdp,
            };
            BpfSystem.CopyName(name, attributes.Name);
            return BpfSystem.Call(BpfCommand.ProgramLoad, &attributes, (uint)sizeof(BpfAttributes.ProgramLoad));
        }
    }

    /// <summary>Loads a refused program again, this time for the verifier's log: it costs time that a good program need not pay.</summary>
    private static string Explain(ReadOnlySpan<BpfInstruction> instructions, string name, uint flags, int interfaceIndex, int errno)
    {
        if (errno == Errno.EPERM)
        {
            return BpfSystem.Remedy(errno);
        }

        if (errno == E2BIG)
        {
            return "write a filter with fewer terms";
        }

        byte[] log = new byte[LogBytes];
        fixed (byte* buffer = log)
        {
            int number = TryLoad(instructions, name, flags, interfaceIndex, buffer, LogBytes);
            if (number >= 0)
            {
                _ = LibC.Close(number);
            }
        }

        string text = Encoding.ASCII.GetString(log, 0, Math.Max(0, Array.IndexOf(log, (byte)0)));
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (Array.Exists(lines, line => line.Contains("prohibited for !root", StringComparison.Ordinal)))
        {
            return "run with CAP_PERFMON, too, which a program needs that looks behind headers of changing length (protocols, ports, keep=management)";
        }

        return lines.Length == 0 ? BpfSystem.Remedy(errno) : "the verifier said: " + string.Join(" / ", lines.TakeLast(4));
    }
}
