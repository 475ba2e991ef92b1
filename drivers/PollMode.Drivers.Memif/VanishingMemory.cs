using System.Runtime.InteropServices;

namespace PollMode.Drivers.Memif;

/// <summary>
/// Memory that a peer can take away: it cuts its own file short, or punches a hole into our hugepages while none is free to fill it. The next
/// touch of our mapping is answered by SIGBUS, and that ends a process. Not for ranges that are listed here: the handler puts zeros in the
/// place of the whole range, notes that it is gone, and the touch goes on.
/// </summary>
/// <remarks>
/// A signal handler may run in the middle of managed code, so it cannot be managed code: it is some twenty instructions in memory of its own
/// (x86-64; elsewhere <see cref="TryAdd"/> says no, and the kernel copies: <see cref="GuardedCopy"/>). It reads a table of fixed place and
/// size. An entry counts when its end is above zero, which is written last when one is added and first when one is removed (release); the
/// thread that touches the memory runs the handler for it. A thread that comes when the zeros are in place only touches again; of two that
/// come at the same time the later may put zeros over what the other has written since, which is better than to wait for a thread that may
/// not run. Signals for other addresses, or of broken hardware, go to the handler that was there before, which is the runtime's.
/// </remarks>
internal static unsafe class VanishingMemory
{
    /// <summary>Ranges that can be watched over at once, in the whole process: two of the largest arenas that can be shared, by slabs.</summary>
    internal const int Entries = 4096;

    private static readonly Lock Gate = new();
    private static readonly Entry* Table = TryInstall();

    /// <summary>Why a range is not watched over that should be.</summary>
    internal static string WhyNot => Table == null ? "this processor or system has no watch over memory that can vanish" : $"{Entries} ranges of the process are watched over already";

    /// <summary>Lists a range.</summary>
    /// <param name="start">Its first byte, at a page border.</param>
    /// <param name="bytes">Its length, in whole pages of the kind that it has.</param>
    /// <returns>Its number; -1 if it cannot be watched over.</returns>
    internal static int TryAdd(nint start, nuint bytes)
    {
        if (Table == null)
        {
            return -1;
        }

        lock (Gate)
        {
            for (int i = 0; i < Entries; i++)
            {
                if (Table[i].End == 0)
                {
                    Table[i].Start = (nuint)start;
                    Table[i].IsGone = 0;
                    Volatile.Write(ref Table[i].End, (nuint)start + bytes);
                    return i;
                }
            }
        }

        return -1;
    }

    /// <summary>Whether the memory was taken away: what was read from it since is zeros, and what was written is lost.</summary>
    internal static bool IsGone(int number) => Volatile.Read(ref Table[number].IsGone) != 0;

    /// <summary>Takes a range off the list. Before it is unmapped.</summary>
    internal static void Remove(int number) => Volatile.Write(ref Table[number].End, 0);

    private static Entry* TryInstall()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return null;
        }

        // Never given back: a signal may come at any time.
        var table = (Entry*)NativeMemory.AllocZeroed(Entries + 1, (nuint)sizeof(Entry));
        nint code = LibC.Mmap(0, 4096, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        SignalAction before;
        if (code == LibC.MAP_FAILED || LibC.SigAction(LibC.SIGBUS, null, &before) != 0)
        {
            return null;
        }

        byte[] instructions = Assemble((nuint)table, (nuint)(table + Entries), (nuint)before.Handler);
        Marshal.Copy(instructions, 0, code, instructions.Length);
        SignalAction action = before;
        action.Handler = code;

        // On whichever stack the runtime asked for: its handler for this signal does not fit the small one that it has for overflown stacks.
        action.Flags |= LibC.SA_SIGINFO | LibC.SA_RESTART;
        return LibC.Mprotect(code, 4096, LibC.PROT_READ | LibC.PROT_EXEC) == 0 && LibC.SigAction(LibC.SIGBUS, &action, null) == 0 ? table : null;
    }

    /// <summary>The handler: <c>void handler(int signal, siginfo_t* info, void* context)</c> in rdi, rsi, rdx.</summary>
    /// <param name="table">The entries.</param>
    /// <param name="zeros">A <c>struct sigaction</c> of zeros as the kernel has it: the default action.</param>
    /// <param name="before">The handler that was there before; zero or one for none.</param>
    private static byte[] Assemble(nuint table, nuint zeros, nuint before)
    {
        byte[] passOn = before > 1
            ? [0x48, 0xB8, .. Bytes(before), 0xFF, 0xE0]    // mov rax, before; jmp rax
            : [
                0xBF, 7, 0, 0, 0,                           // mov edi, SIGBUS
                0x48, 0xBE, .. Bytes(zeros),                // mov rsi, zeros
                0x31, 0xD2,                                 // xor edx, edx
                0x41, 0xBA, 8, 0, 0, 0,                     // mov r10d, 8: bytes of a signal set
                0xB8, 13, 0, 0, 0,                          // mov eax, rt_sigaction
                0x0F, 0x05,                                 // syscall
                0xC3,                                       // ret: the touch is done again, and ends the process
            ];
        byte[] search =
        [
            0x83, 0x7E, 0x08, 2,                            // cmp dword [rsi + 8], BUS_ADRERR: there is no such page
            0x75, 40,                                       // jne: what was there before
            0x48, 0x8B, 0x46, 0x10,                         // mov rax, [rsi + 16]: the address that was touched
            0x48, 0xB9, .. Bytes(table),                    // mov rcx, table
            0x41, 0xB8, .. BitConverter.GetBytes(Entries),  // mov r8d, entries
            0x48, 0x3B, 0x01,                               // next: cmp rax, [rcx]
            0x72, 0x06,                                     //   jb +6: below the start
            0x48, 0x3B, 0x41, 0x08,                         //   cmp rax, [rcx + 8]
            0x72, (byte)(9 + passOn.Length),                //   jb found: below the end
            0x48, 0x83, 0xC1, 0x20,                         //   add rcx, 32
            0x41, 0xFF, 0xC8,                               //   dec r8d
            0x75, unchecked((byte)-20),                     //   jnz next
        ];
        byte[] found =
        [
            0x48, 0x83, 0x79, 0x10, 2,                      // cmp qword [rcx + 16], 2
            0x75, 0x01,                                     // jne +1
            0xC3,                                           // ret: zeros are there by now
            0x48, 0xC7, 0x41, 0x10, 1, 0, 0, 0,             // mov qword [rcx + 16], 1: gone
            0x51, 0x57, 0x56, 0x52,                         // push rcx; push rdi; push rsi; push rdx
            0x48, 0x8B, 0x39,                               // mov rdi, [rcx]: the whole range
            0x48, 0x8B, 0x71, 0x08,                         // mov rsi, [rcx + 8]
            0x48, 0x29, 0xFE,                               // sub rsi, rdi
            0xBA, 3, 0, 0, 0,                               // mov edx, PROT_READ | PROT_WRITE
            0x41, 0xBA, 0x32, 0x40, 0, 0,                   // mov r10d, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE
            0x49, 0xC7, 0xC0, 0xFF, 0xFF, 0xFF, 0xFF,       // mov r8, -1
            0x45, 0x31, 0xC9,                               // xor r9d, r9d
            0xB8, 9, 0, 0, 0,                               // mov eax, mmap
            0x0F, 0x05,                                     // syscall
            0x5A, 0x5E, 0x5F, 0x59,                         // pop rdx; pop rsi; pop rdi; pop rcx
            0x48, 0x85, 0xC0,                               // test rax, rax
            0x78, 0x09,                                     // js +9
            0x48, 0xC7, 0x41, 0x10, 2, 0, 0, 0,             // mov qword [rcx + 16], 2: replaced
            0xC3,                                           // ret: the touch is done again, and finds zeros
        ];
        return [.. search, .. passOn, .. found, .. passOn];
    }

    private static byte[] Bytes(nuint value) => BitConverter.GetBytes((ulong)value);

    [StructLayout(LayoutKind.Sequential, Size = 32)]
    private struct Entry
    {
        internal nuint Start;
        internal nuint End;

        /// <summary>Zero while it is there, one when it is gone, two when zeros are in its place.</summary>
        internal nuint IsGone;
    }
}
