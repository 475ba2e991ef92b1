using System.Globalization;
using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode.Drivers.AfPacket;

/// <summary>A filter in classic BPF, as <c>tcpdump -ddd</c> prints it: the number of instructions, then four numbers for each.</summary>
internal sealed unsafe class ClassicFilter
{
    /// <summary>BPF_MAXINSNS of linux/bpf_common.h.</summary>
    private const int MostInstructions = 4096;

    private readonly Instruction[] _instructions;

    private ClassicFilter(Instruction[] instructions) => _instructions = instructions;

    /// <summary>Takes nothing: BPF_RET | BPF_K with no bytes.</summary>
    internal static ClassicFilter Nothing { get; } = new([new Instruction { Code = 0x06 }]);

    internal int Count => _instructions.Length;

    /// <summary>Reads a filter, or the file that holds it.</summary>
    /// <param name="text">Numbers separated by blanks, commas, semicolons or lines, or else the name of a file with such.</param>
    /// <exception cref="PollModeException">It is neither.</exception>
    internal static ClassicFilter Parse(string text)
    {
        string source = text;
        if (!text.Any(c => c is ' ' or ';' or ',' or '\n'))
        {
            try
            {
                source = File.ReadAllText(text);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new PollModeException($"The filter file '{text}' cannot be read ({fault.Message}); make it with 'tcpdump -y EN10MB -ddd EXPRESSION > {text}'.", fault);
            }
        }

        string[] words = source.Split([' ', ',', ';', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var numbers = new uint[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            if (!uint.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                throw Wrong(text, $"'{words[i]}' is no number");
            }
        }

        if (numbers.Length == 0 || numbers[0] is 0 or > MostInstructions || numbers.Length != 1 + (4 * numbers[0]))
        {
            throw Wrong(text, $"it has {numbers.Length} numbers and not one, N, and then 4 for each of N instructions");
        }

        var instructions = new Instruction[numbers[0]];
        for (int i = 0; i < instructions.Length; i++)
        {
            ReadOnlySpan<uint> each = numbers.AsSpan(1 + (4 * i), 4);
            if (each[0] > ushort.MaxValue || each[1] > byte.MaxValue || each[2] > byte.MaxValue)
            {
                throw Wrong(text, $"instruction {i} has an opcode above 65535 or a jump above 255");
            }

            instructions[i] = new Instruction { Code = (ushort)each[0], JumpTrue = (byte)each[1], JumpFalse = (byte)each[2], Constant = each[3] };
        }

        return new ClassicFilter(instructions);
    }

    /// <summary>Attaches the filter to a socket; it goes with it.</summary>
    /// <exception cref="LinuxException">The kernel refuses it.</exception>
    internal void Attach(int socket)
    {
        fixed (Instruction* instructions = _instructions)
        {
            var program = new Program { Length = (ushort)_instructions.Length, Instructions = instructions };
            if (LibC.SetSockOpt(socket, LibC.SOL_SOCKET, LibC.SO_ATTACH_FILTER, &program, (uint)sizeof(Program)) != 0)
            {
                throw new LinuxException(
                    $"attach a filter of {_instructions.Length} instructions", Marshal.GetLastPInvokeError(), "check the filter: make it with 'tcpdump -y EN10MB -ddd EXPRESSION'");
            }
        }
    }

    private static PollModeException Wrong(string text, string why) =>
        new($"The filter '{text}' is no classic BPF: {why}; make it with 'tcpdump -y EN10MB -ddd EXPRESSION'.");

    /// <summary><c>struct sock_filter</c> (linux/filter.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Instruction
    {
        internal ushort Code;
        internal byte JumpTrue;
        internal byte JumpFalse;
        internal uint Constant;
    }

    /// <summary><c>struct sock_fprog</c> (linux/filter.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Program
    {
        internal ushort Length;
        internal Instruction* Instructions;
    }
}
