using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp.Bpf;

/// <summary>
/// The kernel's own type information (Documentation/bpf/btf.rst): a header, then types in the order of their numbers, then their names. Read for
/// one thing: the numbers of functions that a program calls by number.
/// </summary>
internal static class KernelTypes
{
    private const string Path = "/sys/kernel/btf/vmlinux";
    private const ushort Magic = 0xeb9f;
    private const int TypeBytes = 12;
    private const int Function = 12;

    /// <summary>The number of each function named; zero for one that the kernel has not.</summary>
    internal static int[] FindFunctions(params ReadOnlySpan<string> names)
    {
        try
        {
            return Find(File.ReadAllBytes(Path), names);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new int[names.Length];
        }
    }

    /// <summary>Finds functions in a file's bytes, which may be anything.</summary>
    internal static int[] Find(ReadOnlySpan<byte> file, params ReadOnlySpan<string> names)
    {
        int[] numbers = new int[names.Length];
        if (file.Length < 24 || MemoryMarshal.Read<ushort>(file) != Magic)
        {
            return numbers;
        }

        long header = MemoryMarshal.Read<uint>(file[4..]);
        long types = header + MemoryMarshal.Read<uint>(file[8..]);
        long typesEnd = types + MemoryMarshal.Read<uint>(file[12..]);
        long strings = header + MemoryMarshal.Read<uint>(file[16..]);
        if (typesEnd > file.Length || strings > file.Length)
        {
            return numbers;
        }

        int number = 1;
        for (long at = types; at + TypeBytes <= typesEnd; number++)
        {
            uint name = MemoryMarshal.Read<uint>(file[(int)at..]);
            uint info = MemoryMarshal.Read<uint>(file[(int)(at + 4)..]);
            int kind = (int)(info >> 24) & 0x1f;
            if (kind == Function && strings + name < file.Length)
            {
                ReadOnlySpan<byte> text = file[(int)(strings + name)..];
                int end = text.IndexOf((byte)0);
                for (int i = 0; i < names.Length; i++)
                {
                    numbers[i] = end == names[i].Length && System.Text.Ascii.Equals(text[..end], names[i]) ? number : numbers[i];
                }
            }

            at += TypeBytes + ExtraBytes(kind, (int)info & 0xffff);
        }

        return numbers;
    }

    /// <summary>Bytes behind a type of a kind: BTF_KIND_* of linux/btf.h.</summary>
    private static int ExtraBytes(int kind, int members) => kind switch
    {
        1 or 14 or 17 => 4,
        3 => 12,
        4 or 5 or 15 or 19 => members * 12,
        6 or 13 => members * 8,
        _ => 0,
    };
}
